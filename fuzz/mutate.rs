//! A small, seeded mutator: what lets the ordinary tests fuzz for a while on a
//! stable compiler. `cargo fuzz` runs the same targets for longer.

/// Feeds `target` with the corpus and with `rounds` mutations of it. `tokens`
/// are texts that mean something to the target. The same seed gives the same
/// inputs.
pub fn run(
    seed: u64,
    rounds: usize,
    corpus: &[&[u8]],
    tokens: &[&str],
    mut target: impl FnMut(&[u8]),
) {
    let mut random = Random(seed | 1);
    for input in corpus {
        target(input);
    }
    let mut previous: Vec<u8> = Vec::new();
    for round in 0..rounds {
        // Every fourth mutates the mutant before it, to get further away.
        let mut input = if round % 4 == 3 && previous.len() < 1 << 16 {
            std::mem::take(&mut previous)
        } else {
            random.choose(corpus).to_vec()
        };
        for _ in 0..=random.below(3) {
            mutate(&mut random, &mut input, corpus, tokens);
        }
        target(&input);
        previous = input;
    }
}

fn mutate(random: &mut Random, input: &mut Vec<u8>, corpus: &[&[u8]], tokens: &[&str]) {
    let at = random.below(input.len() + 1);
    let end = (at + random.below(32)).min(input.len());
    match random.below(8) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = random.byte();
            }
        }
        2 => drop(input.drain(at..end)),
        3 => {
            let copy = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, copy);
        }
        4 | 5 => {
            let token = random.choose(tokens).as_bytes().to_vec();
            let end = if random.below(2) == 0 { at } else { end };
            input.splice(at..end, token);
        }
        6 => input.truncate(at),
        _ => {
            let other = random.choose(corpus);
            let from = random.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
    }
}

/// Xorshift: good enough to choose places and bytes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits fit") % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }

    fn choose<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}
