//! `novactl object call`

use std::path::Path;

use nova_objects::{Context, Error as ObjectError, registry};
use serde_json::Value as Json;
use versionedobjects::{
    ArgumentDef, ArgumentKind, Arguments, Class, Form, MethodDef, MethodKind, ObjectExt as _,
    ProjectError as _, Returned, Shape, VersionedObject, Writer,
};

use super::methods::signature;
use super::{find, hint, name};
use crate::cli::Call;
use crate::commands::read;
use crate::explain::{explain, lines};
use crate::names::near;
use crate::output::{Answer, Cell, Style, Text};
use crate::{Error, Result, Session};

/// Calls a remotable method by whatever route the session has.
pub(super) async fn call(wanted: &Call, session: &Session) -> Result<Answer> {
    let class = find(&wanted.class)?;
    let method = find_method(class, &wanted.method)?;
    let given = given(method, &wanted.arguments);
    let args: Vec<&str> = given
        .iter()
        .filter(|(name, _)| name.is_none())
        .map(|(_, text)| text.as_str())
        .collect();
    let kwargs: Vec<(&str, &str)> = given
        .iter()
        .filter_map(|(name, text)| Some((name.as_deref()?, text.as_str())))
        .collect();
    let arguments =
        Arguments::bind(class.name, method, &args, &kwargs).map_err(|error| Error::Input {
            what: format!(
                "the arguments of {}.{}{}",
                class.name,
                method.name,
                signature(method)
            ),
            reason: error.to_string(),
            hint: None,
        })?;
    if method.kind == MethodKind::Class && (wanted.object.is_some() || wanted.get.is_some()) {
        return Err(usage(
            class,
            method,
            "it is called on the class, not on an object",
            "leave --object and --get out",
        ));
    }
    // Read before anything is opened: a file that is none needs no database.
    let object = wanted
        .object
        .as_deref()
        .map(|file| receiver(class, file))
        .transpose()?;
    let ctx = session.context().await?;
    let mut object = match (object, &wanted.get) {
        (Some(object), _) => Some(object),
        (None, Some(id)) => Some(fetch(class, id, &ctx).await?),
        (None, None) if method.kind == MethodKind::Instance => {
            return Err(usage(
                class,
                method,
                "it is called on an object",
                "give one with --object FILE or --get UUID",
            ));
        }
        (None, None) => None,
    };
    let receiver = object.as_deref_mut();
    let result = (method.call)(&ctx, receiver, arguments)
        .await
        .map_err(ObjectError::from_exception)?;
    answer(object.as_deref(), &*result)
}

fn usage(class: &Class, method: &MethodDef, reason: &str, hint: &str) -> Error {
    Error::Input {
        what: format!("the call of {}.{}", class.name, method.name),
        reason: reason.to_owned(),
        hint: Some(hint.to_owned()),
    }
}

fn find_method(class: &'static Class, name: &str) -> Result<&'static MethodDef> {
    class
        .methods
        .iter()
        .find(|method| method.name == name)
        .ok_or_else(|| {
            let near = near(name, class.methods.iter().map(|method| method.name));
            let otherwise = format!(
                "`novactl object methods {}` shows what it publishes",
                class.name
            );
            Error::Input {
                what: format!("the method `{name}`"),
                reason: format!("{} publishes none of that name", class.name),
                hint: Some(hint(&near, &otherwise)),
            }
        })
}

/// The arguments as JSON, by name where they have one.
fn given(method: &MethodDef, arguments: &[String]) -> Vec<(Option<String>, String)> {
    let plain: Vec<&ArgumentDef> = method
        .arguments
        .iter()
        .filter(|argument| argument.kind == ArgumentKind::Plain)
        .collect();
    let mut place = 0;
    arguments
        .iter()
        .map(
            |argument| match argument.split_once('=').filter(|(name, _)| is_name(name)) {
                Some((name, text)) => {
                    let def = plain.iter().find(|def| def.name == name);
                    (Some(name.to_owned()), written(text, def.copied()))
                }
                None => {
                    let def = plain.get(place);
                    place += 1;
                    (None, written(argument, def.copied()))
                }
            },
        )
        .collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// An argument as JSON: what is JSON already, and text where it is none or
/// where text is what the method takes.
fn written(text: &str, def: Option<&ArgumentDef>) -> String {
    let parsed = serde_json::from_str::<Json>(text).ok();
    let takes_text = def.is_some_and(|def| match &def.ty.shape {
        Shape::Plain(plain) => plain.json == "string",
        Shape::Enum { .. } | Shape::StateMachine { .. } => true,
        _ => false,
    });
    match parsed {
        Some(Json::String(_)) => text.to_owned(),
        Some(Json::Null) if def.is_none_or(|def| def.nullable) => text.to_owned(),
        Some(_) if !takes_text => text.to_owned(),
        _ => Json::from(text).to_string(),
    }
}

fn receiver(class: &'static Class, file: &Path) -> Result<Box<dyn VersionedObject>> {
    let text = read(file)?;
    let input = |reason: String| Error::Input {
        what: format!("{} as a {}", name(file), class.name),
        reason,
        hint: Some("`novactl object explain` explains what is in it".to_owned()),
    };
    // A class keeps what it publishes for the objects of other classes.
    let object = registry()
        .read(&text)
        .map_err(|error| input(error.to_string()))?;
    if object.class().name == class.name {
        Ok(object)
    } else {
        Err(input(format!("it is a {}", object.class().name)))
    }
}

/// The object with that uuid or number.
async fn fetch(class: &'static Class, id: &str, ctx: &Context) -> Result<Box<dyn VersionedObject>> {
    let numeric = id.bytes().all(|byte| byte.is_ascii_digit());
    let name = if numeric { "get_by_id" } else { "get_by_uuid" };
    let method = class
        .method(name, MethodKind::Class)
        .map_err(|_| Error::Input {
            what: format!("--get {id}"),
            reason: format!("{} has no method {name}", class.name),
            hint: Some("give the object with --object FILE".to_owned()),
        })?;
    let text = if numeric {
        id.to_owned()
    } else {
        Json::from(id).to_string()
    };
    let arguments = Arguments::bind(class.name, method, &[&text], &[])?;
    let found = (method.call)(ctx, None, arguments)
        .await
        .map_err(ObjectError::from_exception)?;
    found
        .as_object()
        .map(VersionedObject::clone_box)
        .ok_or_else(|| Error::NotFound {
            kind: "object",
            name: id.to_owned(),
            near: vec![],
        })
}

fn answer(object: Option<&dyn VersionedObject>, result: &dyn Returned) -> Result<Answer> {
    let mut writer = Writer::new(Form::Compat);
    result.write(&mut writer);
    let result = reparsed(&writer.finish()?);
    let explained = explain(&result);
    let mut text = lines(&explained);
    let mut answer_object = None;
    if let Some(object) = object {
        let after = reparsed(&object.to_json()?);
        let explained = explain(&after);
        text.push(vec![]);
        text.push(vec![Cell::styled("the object afterwards", Style::Heading)]);
        text.extend(lines(&explained));
        answer_object = Some(after);
    }
    let answer = Answer::new("result", result, Text::Lines(text));
    Ok(match answer_object {
        Some(object) => answer.with("object", object),
        None => answer,
    })
}

/// What was written a moment ago, to be looked at. Numbers JSON does not have
/// are shown as text.
fn reparsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(class: &str, method: &str, arguments: &[&str], expected: &[(Option<&str>, &str)]) {
        let class = find(class).expect("it is a class");
        let method = find_method(class, method).expect("it is a method");
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let found = given(method, &arguments);
        let found: Vec<(Option<&str>, &str)> = found
            .iter()
            .map(|(name, text)| (name.as_deref(), text.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn arguments_are_json_or_text_as_the_method_takes_them() {
        check(
            "Flavor",
            "get_by_name",
            &["m1.small"],
            &[(None, "\"m1.small\"")],
        );
        check("Flavor", "get_by_name", &["42"], &[(None, "\"42\"")]);
        check("Flavor", "get_by_name", &["\"a=b\""], &[(None, "\"a=b\"")]);
        check("Flavor", "get_by_id", &["42"], &[(None, "42")]);
        check(
            "ServiceList",
            "get_all",
            &["disabled=false"],
            &[(Some("disabled"), "false")],
        );
        check(
            "FlavorList",
            "get_all",
            &["limit=null", "sort_key=name"],
            &[(Some("limit"), "null"), (Some("sort_key"), "\"name\"")],
        );
    }

    #[test]
    fn misspelt_names_are_answered_with_the_near_ones() {
        let class = find("Flavor").expect("it is a class");
        let hint = find_method(class, "get_by_nmae")
            .expect_err("it is no method")
            .hint()
            .unwrap_or_default();
        assert!(hint.contains("get_by_name"), "{hint}");
    }
}
