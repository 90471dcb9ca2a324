//! Numbers and names in sentences.

/// A number with a thin space between groups of three digits: `8 736`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// What several channels are called: `crystals`, `batteries`, `switches`; `channels` without a name.
#[must_use]
pub fn plural(name: &str) -> String {
    let name = if name.is_empty() { "channel" } else { name };
    if let Some(stem) = name.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        return format!("{name}es");
    }
    format!("{name}s")
}

/// `1 crystal`, `8 736 crystals`.
#[must_use]
pub fn counted(number: u64, name: &str) -> String {
    match number {
        1 if name.is_empty() => "1 channel".into(),
        1 => format!("1 {name}"),
        _ => format!("{} {}", grouped(number), plural(name)),
    }
}

/// The first few of many channels: `12, 13, 877, 878, 4001, …`.
#[must_use]
pub fn listed(channels: &[i64]) -> String {
    const SHOWN: usize = 5;
    let shown = channels.iter().take(SHOWN).map(ToString::to_string);
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if channels.len() > SHOWN {
        text.push_str(", …");
    }
    text
}
