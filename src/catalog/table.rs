//! Indexed text tables: an index of `name start length`, an empty line, and the body with a section a name.

/// One table, its sections found but not read.
pub(super) struct Table {
    sections: Vec<(&'static str, &'static str)>,
}

impl Table {
    /// Reads the index only.
    pub(super) fn new(text: &'static str) -> Self {
        let (index, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let sections = index
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|line| {
                let mut words = line.split('\t');
                let name = words.next()?;
                let start: usize = words.next()?.parse().ok()?;
                let length: usize = words.next()?.parse().ok()?;
                Some((name, body.get(start..start.checked_add(length)?)?))
            })
            .collect();
        Self { sections }
    }

    /// Every section with its name, in the order of the names.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.sections.iter().copied()
    }
}

/// Compares two names byte by byte without regard to ASCII case.
pub(super) fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    for (x, y) in a.bytes().zip(b.bytes()) {
        let order = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}
