//! Reading refusals.

use contract::{Code, Problem};
use domain::{Error, Result};

/// All problems of a refusal.
pub(crate) fn problems<T>(result: Result<T>) -> Vec<Problem> {
    match result {
        Ok(_) => panic!("this was granted and should have been refused"),
        Err(Error::Refused(problems)) => problems.0,
        Err(error) => panic!("this failed and should have been refused: {error}"),
    }
}

/// The field and the code of each of several problems.
pub(crate) fn faults(problems: &[Problem]) -> Vec<(&str, Code)> {
    problems
        .iter()
        .map(|problem| (problem.field.as_deref().unwrap_or_default(), problem.code))
        .collect()
}

/// The code of a refusal that has one problem.
pub(crate) fn refusal<T>(result: Result<T>) -> Code {
    only(result).code
}

/// The code and the field of a refusal that has one problem.
pub(crate) fn refusal_on<T>(result: Result<T>) -> (Code, String) {
    let problem = only(result);
    (problem.code, problem.field.unwrap_or_default().into_owned())
}

/// The seconds that a refusal asks to wait.
pub(crate) fn wait<T>(result: Result<T>) -> u32 {
    let problem = only(result);
    assert_eq!(problem.code, Code::RateLimited, "{problem}");
    problem
        .retry_after_seconds
        .expect("whoever is told to wait is told how long")
}

fn only<T>(result: Result<T>) -> Problem {
    let mut problems = problems(result);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}
