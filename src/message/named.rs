use std::{fmt, vec};

use super::TensorError;

/// Tensors of any kind with names, in the order in which they were put in.
#[derive(Clone, PartialEq)]
pub(crate) struct Named<T> {
    named: Vec<(String, T)>,
}

impl<T> Named<T> {
    /// Puts one in; gives back the one that had this name.
    pub(crate) fn insert(&mut self, name: impl Into<String>, one: T) -> Option<T> {
        let name = name.into();
        if let Some((_, held)) = self.named.iter_mut().find(|(held, _)| *held == name) {
            return Some(std::mem::replace(held, one));
        }
        self.named.push((name, one));
        None
    }

    pub(crate) fn get(&self, name: &str) -> Result<&T, TensorError> {
        self.iter()
            .find_map(|(held, one)| (held == name).then_some(one))
            .ok_or_else(|| no_such(name))
    }

    pub(crate) fn remove(&mut self, name: &str) -> Result<T, TensorError> {
        let index = self.named.iter().position(|(held, _)| held == name);
        let index = index.ok_or_else(|| no_such(name))?;
        Ok(self.named.remove(index).1)
    }

    /// What all of them answer, if there are any and they agree.
    pub(crate) fn agreed<R: PartialEq>(&self, ask: impl Fn(&T) -> R) -> Option<R> {
        let mut answers = self.named.iter().map(|(_, one)| ask(one));
        let first = answers.next()?;
        answers.all(|answer| answer == first).then_some(first)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.named.iter().map(|(name, one)| (name.as_str(), one))
    }

    pub(crate) fn len(&self) -> usize {
        self.named.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

fn no_such(name: &str) -> TensorError {
    TensorError::NoSuchName {
        name: name.to_owned(),
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { named: Vec::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.named.fmt(f)
    }
}

impl<N: Into<String>, T> FromIterator<(N, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(named: I) -> Self {
        let mut all = Self::default();
        for (name, one) in named {
            all.insert(name, one);
        }
        all
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (String, T);
    type IntoIter = vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.named.into_iter()
    }
}
