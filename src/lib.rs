//! Skillmark issues signed, portable microcredentials (Open Badges 3.0) that say what a person
//! can do, shown by which task, at which rubric level, and lets anyone check them.
//!
//! # The map, and the one rule
//!
//! The modules below stand in reading order, and **a module may use only the modules listed
//! above it**. `tests/it/tidy.rs` reads the order out of this file and fails on an upward `use`.
//!
//! (Blank lines between them keep the formatter from sorting them.)
//!
//! - The first three (`clock`, `ids`, `config`) are plain facts that every room shares.
//! - The *kernel* is pure: it never awaits, never opens a socket or a file, never reads a clock.
//! - The *edges* do input and output, and hold no rules.
//! - The *services* are the verbs; they read all, decide purely, and write once.
//! - The *entrances* are how people and programs come in; they hold no SQL and sign nothing.

// Documents are trees of small texts, made and dropped by the thousand: with the system's own
// allocator a fifth of issuing and verifying goes into finding them room.
#[global_allocator]
static ROOM: mimalloc::MiMalloc = mimalloc::MiMalloc;

// ── shared facts ────────────────────────────────────────────────────────────

// The only source of "now" (whole seconds) and of chance.
pub mod clock;

// Names for things: one newtype per kind of id.
pub mod ids;

// Every setting: its type, default, unit, environment name.
pub mod config;

// ── kernel: pure; no await, socket, file, clock or SQL ──────────────────────

// Strict JSON: one tree, duplicate keys refused, RFC 8785 form.
pub mod json;

// JSON-LD over pinned contexts to canonical N-Quads (RDFC-1.0).
pub mod rdf;

// What a credential is: Open Badges 3.0 as Rust types.
pub mod credential;

// Keys and signatures.
pub mod keys;

// Identifiers that lead to keys.
pub mod did;

// Ways to secure a credential.
pub mod proof;

// Revoked or not, one bit each.
pub mod status;

// Credentials inside pictures, and QR codes.
pub mod bake;

// ── edges: input and output, no rules ───────────────────────────────────────

// Private keys at rest.
pub mod custody;

// Fetching from strangers, within limits.
pub mod outbound;

// Storage: every table, every write.
pub mod db;

// Letters out.
pub mod mail;

// Evidence and images: a folder or S3.
pub mod files;

// What every entrance hands to every service.
pub mod app;

// Work promised for later.
pub mod queue;

// ── services: the verbs ─────────────────────────────────────────────────────

// Is this credential real?
pub mod verify;

// PDF for people.
pub mod paper;

// Who is asking, and what they may do.
pub mod who;

// Letters: which there are, what they say, and that each is sent.
pub mod letters;

// Telling other programs what happened here.
pub mod hooks;

// What was found here, signed by this service.
pub mod receipt;

// Issuing: one, many, take back.
pub mod issue;

// What is taught and what counts: maps, achievements, rubrics, pathways.
pub mod standard;

// Programs, rosters, labs, attempts and reviews: from trying to the award.
pub mod program;

// What a learner keeps and shows.
pub mod portfolio;

// ── entrances ───────────────────────────────────────────────────────────────

// The worker: every kind of work, and the loop.
pub mod jobs;

// The HTTP face: pages, documents, API.
pub mod web;

// The command line.
pub mod cli;
