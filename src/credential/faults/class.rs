//! The walk over a document: a class says which members an object has and what each must be.

use crate::json::{self, Value};

use super::{Fault, Kind, Weight, values};

/// What an object of one sort must be.
pub(super) struct Class {
    /// Its name in the standard, with its article: "an Achievement".
    pub(super) name: &'static str,
    /// Its members, in groups that classes share.
    pub(super) members: &'static [&'static [Member]],
    /// Whether no further members are allowed.
    pub(super) closed: bool,
    /// What the members must be together.
    pub(super) rules: &'static [fn(&Value, &mut Walk)],
}

/// One member of a class.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) many: bool,
    pub(super) needed: bool,
}

/// What the value of a member must be.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Text.
    Text,
    /// Text that says something.
    Words,
    /// An absolute URI.
    Uri,
    /// An http(s) address.
    Web,
    /// An http(s) address or a picture in a `data:` URI.
    Picture,
    /// An `xsd:dateTimeStamp`.
    Date,
    /// A day.
    Day,
    /// A number.
    Number,
    /// A number from and to these, both included.
    Between(f64, f64),
    /// `true` or `false`.
    Truth,
    /// A BCP 47 tag in the form of the published schema.
    Language,
    /// Two capital letters.
    Country,
    /// A compact JWS.
    Jws,
    /// A decimal number as text.
    Decimal,
    /// A word for which the function answers true; the text names the list.
    Word(fn(&str) -> bool, &'static str),
    /// A list of types that has one of each group.
    Types(&'static [&'static [&'static str]]),
    /// An object of a class.
    Of(&'static Class),
    /// A URI, or an object of a class.
    UriOr(&'static Class),
    /// Checked by a rule of the class.
    Any,
}

/// A member that may be missing.
pub(super) const fn one(name: &'static str, form: Form) -> Member {
    Member {
        name,
        form,
        many: false,
        needed: false,
    }
}

/// A list that may be missing.
pub(super) const fn many(name: &'static str, form: Form) -> Member {
    Member {
        name,
        form,
        many: true,
        needed: false,
    }
}

/// A member that must be there.
pub(super) const fn need(name: &'static str, form: Form) -> Member {
    Member {
        name,
        form,
        many: false,
        needed: true,
    }
}

/// The list of types, which must be there.
pub(super) const fn types(groups: &'static [&'static [&'static str]]) -> Member {
    Member {
        name: "type",
        form: Form::Types(groups),
        many: false,
        needed: true,
    }
}

/// Where the walk is, and what it found.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) pointer: String,
    pub(super) faults: Vec<Fault>,
}

impl Walk {
    /// Does `what` one step further in.
    pub(super) fn at(&mut self, step: &str, what: impl FnOnce(&mut Walk)) {
        let here = self.pointer.len();
        json::push_step(&mut self.pointer, step);
        what(self);
        self.pointer.truncate(here);
    }

    /// Does `what` with the item at `index` of a list.
    pub(super) fn at_index(&mut self, index: usize, what: impl FnOnce(&mut Walk)) {
        let here = self.pointer.len();
        json::push_index(&mut self.pointer, index);
        what(self);
        self.pointer.truncate(here);
    }

    /// Something is wrong here.
    pub(super) fn wrong(&mut self, kind: Kind, sentence: impl Into<String>) {
        self.add(kind, Weight::Wrong, sentence.into());
    }

    /// Something here should not be issued.
    pub(super) fn unwise(&mut self, kind: Kind, sentence: impl Into<String>) {
        self.add(kind, Weight::Unwise, sentence.into());
    }

    fn add(&mut self, kind: Kind, weight: Weight, sentence: String) {
        self.faults.push(Fault {
            pointer: self.pointer.clone(),
            sentence,
            kind,
            weight,
        });
    }

    /// Each item of a list, or the one value that stands for it, with its place.
    pub(super) fn each(
        &mut self,
        name: &str,
        value: &Value,
        mut what: impl FnMut(&Value, &mut Walk),
    ) {
        self.at(name, |walk| match value {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    walk.at_index(i, |walk| what(item, walk));
                }
            }
            one => what(one, walk),
        });
    }
}

/// Checks an object against its class.
pub(super) fn check(value: &Value, class: &'static Class, walk: &mut Walk) {
    let Some(members) = value.members() else {
        walk.wrong(
            Kind::Shape,
            format!("This must be {}: an object.", class.name),
        );
        return;
    };
    for member in class.members.iter().copied().flatten() {
        match value.get(member.name) {
            None if member.needed => walk.at(member.name, |walk| {
                walk.wrong(
                    Kind::Missing,
                    format!("{} must have `{}`.", capital(class.name), member.name),
                );
            }),
            None => {}
            Some(found) => check_member(found, member, walk),
        }
    }
    if class.closed {
        for (name, _) in members {
            if !class
                .members
                .iter()
                .copied()
                .flatten()
                .any(|m| m.name == name)
            {
                walk.at(name, |walk| {
                    walk.wrong(
                        Kind::Shape,
                        format!("{} has no member `{name}`.", capital(class.name)),
                    );
                });
            }
        }
    }
    for rule in class.rules {
        rule(value, walk);
    }
}

fn check_member(value: &Value, member: &'static Member, walk: &mut Walk) {
    if member.many {
        walk.each(member.name, value, |item, walk| {
            check_value(item, member, walk);
        });
    } else {
        walk.at(member.name, |walk| check_value(value, member, walk));
    }
}

fn check_value(value: &Value, member: &'static Member, walk: &mut Walk) {
    match member.form {
        _ if *value == Value::Null => {
            walk.wrong(
                Kind::Shape,
                format!("`{}` is null: leave it out instead.", member.name),
            );
        }
        Form::Of(class) => check(value, class, walk),
        Form::UriOr(class) if value.members().is_some() => check(value, class, walk),
        form => values::check(value, form, member.name, walk),
    }
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}
