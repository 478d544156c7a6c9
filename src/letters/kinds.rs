//! Every letter, in our words.

/// A letter that there is.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The word in tables and addresses.
    pub word: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// When it is sent.
    pub when: &'static str,
    /// Whether an organisation may do without it: nobody's way in hangs on it.
    pub optional: bool,
    /// What can stand in it, as `{name}`, and what that is. The first must stand in it.
    pub places: &'static [(&'static str, &'static str)],
    /// Its subject, in our words.
    pub subject: &'static str,
    /// Its text, in our words.
    pub body: &'static str,
}

const LINK: (&str, &str) = ("link", "the address to open");
const ORGANISATION: (&str, &str) = ("organisation", "your organisation's name");
const ACHIEVEMENT: (&str, &str) = ("achievement", "the achievement's name");
const COUNT: (&str, &str) = ("count", "how many attempts wait too long");

/// Somebody is invited to work here.
pub const INVITATION: &Kind = &Kind {
    word: "invitation",
    title: "Invitation",
    when: "Somebody is invited to work with your organisation.",
    optional: false,
    places: &[LINK, ORGANISATION],
    subject: "{organisation} invites you",
    body: "Hello,\n\n{organisation} invites you to work with them on Skillmark. Open this link to choose how you sign in:\n\n{link}\n\nThe link is for you alone and works once. If you did not expect it, ignore this letter.",
};

/// Somebody cannot sign in.
pub const RESET: &Kind = &Kind {
    word: "reset",
    title: "New password",
    when: "Somebody asks for a new way to sign in.",
    optional: false,
    places: &[LINK, ORGANISATION],
    subject: "Sign in again",
    body: "Hello,\n\nsomebody asked to sign in with this address again, and we hope that it was you. Open this link to go on:\n\n{link}\n\nIt works once, and not for long. If it was not you, ignore this letter: nothing has changed.",
};

/// A learner earned something.
pub const EARNED: &Kind = &Kind {
    word: "earned",
    title: "You earned it",
    when: "A credential was issued to a learner.",
    optional: true,
    places: &[LINK, ORGANISATION, ACHIEVEMENT],
    subject: "You earned it",
    body: "Hello,\n\nthere is something for you from {organisation}. Look at it, keep it, show it to whom you like:\n\n{link}\n\nWell done!",
};

/// A learner's work was looked at and is to be done again.
pub const NOT_YET: &Kind = &Kind {
    word: "not-yet",
    title: "Not yet, with feedback",
    when: "An attempt is returned to a learner.",
    optional: true,
    places: &[LINK, ORGANISATION, ACHIEVEMENT],
    subject: "Feedback for you",
    body: "Hello,\n\nsomebody at {organisation} has read your work and written down what would help. Only what is missing is asked for again:\n\n{link}\n\nYou are on your way.",
};

/// A learner has not gone on yet.
pub const REMINDER: &Kind = &Kind {
    word: "reminder",
    title: "Reminder to go on",
    when: "An attempt was returned, and could have been handed in again for a week; once more two weeks later, and never after that. Not to who left the program, or whose program has ended. Reminders go out once a day, after 13:00 UTC.",
    optional: true,
    places: &[LINK, ORGANISATION, ACHIEVEMENT],
    subject: "Something is waiting for you",
    body: "Hello,\n\nsomething that you began with {organisation} is waiting for you. There is not much left to do, and what you have shown stays. When you are ready, go on here:\n\n{link}\n\nThis link is for you alone, and takes the place of the one that you had. If you have gone on already, ignore this letter.",
};

/// Work waits longer than was promised.
pub const REVIEW_REMINDER: &Kind = &Kind {
    word: "review-reminder",
    title: "Reminder to review",
    when: "Attempts wait for review longer than was promised: to everybody who may decide on some of them now, once on each such day. Reminders go out once a day, after 13:00 UTC.",
    optional: true,
    places: &[LINK, ORGANISATION, COUNT],
    subject: "Work waits for review at {organisation}",
    body: "Hello,\n\nthis is how many attempts at {organisation} wait for an answer longer than was promised, and you may decide on: {count}. The one that waits longest comes first:\n\n{link}\n\nYou get this letter once a day at most, and not when nothing is late.",
};

/// Somebody was invited, and has not joined.
pub const INVITATION_REMINDER: &Kind = &Kind {
    word: "invitation-reminder",
    title: "Reminder of an invitation",
    when: "An invitation to work with your organisation ends within two days, and nobody has taken it up: once. Reminders go out once a day, after 13:00 UTC.",
    optional: true,
    places: &[LINK, ORGANISATION],
    subject: "{organisation} invited you",
    body: "Hello,\n\na few days ago {organisation} invited you to work with them on Skillmark. The invitation ends soon. Open this link to choose how you sign in:\n\n{link}\n\nThe link is for you alone and works once. If you do not want to join, ignore this letter: you get no other.",
};

/// An employer is asked what they think.
pub const EMPLOYER: &Kind = &Kind {
    word: "employer",
    title: "Employer's invitation",
    when: "An employer is invited to comment on an achievement, or to endorse it.",
    optional: false,
    places: &[LINK, ORGANISATION, ACHIEVEMENT],
    subject: "What do you think of \"{achievement}\"?",
    body: "Hello,\n\n{organisation} teaches and certifies \"{achievement}\" and would like to know what you think of it, as somebody who works in the field. This link shows exactly what is asked of learners; you can comment on it, or endorse it:\n\n{link}\n\nThe link is for you alone. If you do not want to, ignore this letter.",
};

/// A guardian is told of a learner's page.
pub const GUARDIAN: &Kind = &Kind {
    word: "guardian",
    title: "Guardian's link",
    when: "Somebody here sends a guardian the link to what is kept for a learner: by a button on the learner's page, or by the API. Never by itself.",
    optional: false,
    places: &[LINK, ORGANISATION],
    subject: "A link from {organisation}",
    body: "Hello,\n\n{organisation} gives you this link to what is kept for the learner whose parent or guardian you are. You can read it; you cannot change anything:\n\n{link}\n\nThe link is for you alone and works for 30 days. Please do not pass it on. If you did not expect it, ignore this letter.",
};

/// Every letter.
pub const KINDS: &[&Kind] = &[
    INVITATION,
    INVITATION_REMINDER,
    RESET,
    EARNED,
    NOT_YET,
    REMINDER,
    REVIEW_REMINDER,
    EMPLOYER,
    GUARDIAN,
];

/// The letter of this word.
#[must_use]
pub fn kind(word: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.word == word)
}
