//! Standards and jobs as lines of text, as a form shows them and reads them.

use crate::{
    issue::Fault,
    standard::alignment::{Job, Standard},
};

/// `framework | code | name | address`, as a line of a form; a CASE item's ends with `case`.
pub(super) fn standard_line(standard: &Standard) -> String {
    let Standard {
        framework,
        code,
        name,
        url,
        case,
    } = standard;
    let end = if *case { " | case" } else { "" };
    format!("{framework} | {code} | {name} | {url}{end}")
}

/// `code | title | task`, as a line of a form.
pub(super) fn job_line(job: &Job) -> String {
    let Job { code, title, task } = job;
    if task.is_empty() {
        format!("{code} | {title}")
    } else {
        format!("{code} | {title} | {task}")
    }
}

/// Reads lines of standards; what is no such line is a fault at `at`.
pub(super) fn read_standards(text: &str, at: &str, faults: &mut Vec<Fault>) -> Vec<Standard> {
    let mut read = Vec::new();
    for (n, line) in lines(text) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let (parts, case) = match parts.as_slice() {
            [rest @ .., "case"] => (rest, true),
            all => (all, false),
        };
        let [framework, code, name, url] = parts else {
            faults.push(Fault::new(
                at,
                format!("line {n}: write framework | code | name | address"),
            ));
            continue;
        };
        read.push(Standard {
            framework: (*framework).to_owned(),
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            url: (*url).to_owned(),
            case,
        });
    }
    read
}

/// Reads lines of jobs; what is no such line is a fault at `at`.
pub(super) fn read_jobs(text: &str, at: &str, faults: &mut Vec<Fault>) -> Vec<Job> {
    let mut read = Vec::new();
    for (n, line) in lines(text) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let (code, title, task) = match parts.as_slice() {
            [code, title] => (code, title, ""),
            [code, title, task] => (code, title, *task),
            _ => {
                let sentence = format!("line {n}: write O*NET code | occupation | task");
                faults.push(Fault::new(at, sentence));
                continue;
            }
        };
        read.push(Job {
            code: (*code).to_owned(),
            title: (*title).to_owned(),
            task: task.to_owned(),
        });
    }
    read
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_form_are_read_as_they_are_written() {
        let map = crate::standard::map::samples::data();
        for skill in &map.skills {
            let mut faults = Vec::new();
            for standard in &skill.standards {
                let line = standard_line(standard);
                let read = read_standards(&line, "/s", &mut faults);
                assert_eq!(read.as_slice(), std::slice::from_ref(standard));
            }
            for job in &skill.jobs {
                let read = read_jobs(&job_line(job), "/j", &mut faults);
                assert_eq!(read.as_slice(), std::slice::from_ref(job));
            }
            assert_eq!(faults, []);
        }
        let mut faults = Vec::new();
        read_standards("a | b", "/skills/0/standards", &mut faults);
        read_jobs("\n51-4121.00", "/skills/0/jobs", &mut faults);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "/skills/0/standards: line 1: write framework | code | name | address",
                "/skills/0/jobs: line 2: write O*NET code | occupation | task",
            ]
        );
    }
}
