//! Floats.

/// A float as Python's `repr()` prints it: the shortest digits that read back
/// as the same number, an exponent of at least two digits from 1e16 on and
/// below 1e-4, and always a point or an exponent.
#[must_use]
pub fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) && magnitude.is_finite() {
        // Rust has the same shortest digits; only the notation differs.
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, power) = exponent
            .strip_prefix('-')
            .map_or(('+', exponent), |power| ('-', power));
        return format!("{digits}e{sign}{power:0>2}");
    }
    format!("{value:?}")
}

/// A float as Python's `json` writes it: as `repr()`, but for what is no number.
#[must_use]
pub fn float_json(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        float_repr(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{float_json, float_repr};

    #[test]
    fn floats_are_python_s() {
        for (value, repr, json) in [
            (1.0, "1.0", "1.0"),
            (1.5, "1.5", "1.5"),
            (1e20, "1e+20", "1e+20"),
            (1e16, "1e+16", "1e+16"),
            (1e15, "1000000000000000.0", "1000000000000000.0"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "1e-05"),
            (1.25e-7, "1.25e-07", "1.25e-07"),
            (-0.0, "-0.0", "-0.0"),
            (1e100, "1e+100", "1e+100"),
            (f64::NAN, "nan", "NaN"),
            (f64::INFINITY, "inf", "Infinity"),
            (f64::NEG_INFINITY, "-inf", "-Infinity"),
        ] {
            assert_eq!(
                (float_repr(value).as_str(), float_json(value).as_str()),
                (repr, json)
            );
        }
    }
}
