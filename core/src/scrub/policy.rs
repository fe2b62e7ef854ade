//! A policy: what is done to each category, as data that means the same from every language.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

use super::action::{Operator, Options};
use super::{Category, Finding, Kind};
use crate::error::{Error, ErrorCode, Location, Result};

const BUILTIN: &[(&str, &str)] = &[
    ("safe-harbor", include_str!("../../policies/safe-harbor.yaml")),
    ("limited-data-set", include_str!("../../policies/limited-data-set.yaml")),
];

/// How long a chain of `extends` may be.
const MAX_DEPTH: usize = 8;

/// What is done to one category.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CategoryPolicy {
    /// What is done.
    pub operator: Operator,
    /// Findings under this score are left alone.
    pub threshold: f32,
    /// Kinds of the category that stay, such as `city` under a limited data set.
    pub keep: Vec<Kind>,
    /// How the operator works.
    pub options: Options,
}

impl Default for CategoryPolicy {
    fn default() -> Self {
        Self { operator: Operator::Tag, threshold: 0.5, keep: Vec::new(), options: Options::default() }
    }
}

/// What is done to each category of protected health information, and which words are always or never removed.
///
/// A policy is a YAML or JSON file. A new one starts from another by `extends` and states what differs:
///
/// ```
/// use chartguard::{Category, Operator, Policy};
/// let policy = Policy::from_yaml(
///     "extends: limited-data-set\n\
///      categories:\n\
///      \x20 name: {operator: mask, threshold: 0.4}\n\
///      allow: [Babinski]\n",
/// )?;
/// assert_eq!(policy.category(Category::Name).operator, Operator::Mask);
/// assert_eq!(policy.category(Category::Date).operator, Operator::Keep);
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    name: String,
    categories: BTreeMap<Category, CategoryPolicy>,
    allow: Vec<String>,
    deny: Vec<(String, Category)>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    name: Option<String>,
    #[allow(dead_code, reason = "stated in the file for its readers")]
    version: Option<u32>,
    #[allow(dead_code, reason = "stated in the file for its readers")]
    regime: Option<String>,
    extends: Option<String>,
    #[serde(default)]
    categories: BTreeMap<String, CategoryFile>,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<DenyFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryFile {
    operator: Option<String>,
    threshold: Option<f32>,
    keep: Option<Vec<Kind>>,
    mask_char: Option<char>,
    keep_length: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DenyFile {
    Text(String),
    Typed(DenyTyped),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DenyTyped {
    text: String,
    category: String,
}

const KEYS: &[&str] = &["name", "version", "regime", "extends", "categories", "allow", "deny"];
const CATEGORY_KEYS: &[&str] = &["operator", "threshold", "keep", "mask_char", "keep_length"];

impl Policy {
    /// A policy that ships with chartguard: `safe-harbor` or `limited-data-set`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn builtin(name: &str) -> Result<Self> {
        let (_, yaml) = BUILTIN
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Error::unknown(ErrorCode::Config, "policy", name, Self::builtin_names()))?;
        Self::parse(yaml, 0)
    }

    /// The names [`builtin`](Self::builtin) knows.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// Reads a policy from YAML; JSON is YAML too.
    ///
    /// # Errors
    /// When the text is not YAML, or holds a key, category, operator or value that does not exist: the error names it,
    /// where it stands, and the nearest one that exists.
    pub fn from_yaml(yaml: &str) -> Result<Self> {
        Self::parse(yaml, 0)
    }

    /// What a command line names: a built-in policy, or a file.
    ///
    /// # Errors
    /// As [`builtin`](Self::builtin) and [`from_yaml`](Self::from_yaml), and when a file cannot be read.
    pub fn named(name: &str) -> Result<Self> {
        let path = Path::new(name);
        let looks_like_file = path.extension().is_some() || name.contains(std::path::MAIN_SEPARATOR);
        if looks_like_file {
            let yaml = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
            return Self::from_yaml(&yaml).map_err(|e| e.at(Location::File(name.to_owned())));
        }
        Self::builtin(name)
    }

    fn parse(yaml: &str, depth: usize) -> Result<Self> {
        if depth > MAX_DEPTH {
            return Err(Error::config(format!("policies extend each other more than {MAX_DEPTH} times")));
        }
        let value: Value = crate::yaml::parse(yaml, ErrorCode::Config)?;
        check_keys(&value)?;
        let file: PolicyFile = serde_json::from_value(value).map_err(|e| Error::config(e.to_string()))?;
        let mut policy = match &file.extends {
            Some(parent) => {
                let (_, yaml) = BUILTIN.iter().find(|(known, _)| known == parent).ok_or_else(|| {
                    Error::unknown(ErrorCode::Config, "policy", parent, Self::builtin_names())
                        .at(Location::Key("extends".into()))
                })?;
                Self::parse(yaml, depth + 1)?
            }
            // A policy that says nothing of a category removes it: silence must not leak.
            None => Self {
                name: "custom".into(),
                categories: Category::ALL.iter().map(|c| (*c, CategoryPolicy::default())).collect(),
                allow: Vec::new(),
                deny: Vec::new(),
            },
        };
        policy.name = file.name.unwrap_or_else(|| format!("custom ({})", policy.name));
        policy.set_categories(file.categories)?;
        for text in file.allow {
            if text.trim().is_empty() {
                return Err(Error::config("an empty text would allow everything").at(Location::Key("allow".into())));
            }
            policy.allow.push(text);
        }
        for denied in file.deny {
            let (text, category) = match denied {
                DenyFile::Text(text) => (text, Category::OtherId),
                DenyFile::Typed(DenyTyped { text, category }) => {
                    (text, Category::from_str(&category).map_err(|e| e.at(Location::Key("deny".into())))?)
                }
            };
            if text.trim().is_empty() {
                return Err(Error::config("an empty text would deny everything").at(Location::Key("deny".into())));
            }
            policy.deny.push((text, category));
        }
        Ok(policy)
    }

    /// The same policy with single categories changed, as the `categories` of a policy file would.
    pub(super) fn with_categories(mut self, categories: &Value) -> Result<Self> {
        let file = serde_json::json!({ "categories": categories });
        check_keys(&file)?;
        let file: PolicyFile = serde_json::from_value(file).map_err(|e| Error::config(e.to_string()))?;
        self.set_categories(file.categories)?;
        Ok(self)
    }

    fn set_categories(&mut self, categories: BTreeMap<String, CategoryFile>) -> Result<()> {
        for (name, given) in categories {
            let place = |key: &str| Location::Key(format!("categories.{name}{key}"));
            let category = Category::from_str(&name).map_err(|e| e.at(Location::Key("categories".into())))?;
            let entry = self.categories.entry(category).or_default();
            if let Some(operator) = given.operator {
                entry.operator = Operator::ALL
                    .iter()
                    .find(|(known, _)| *known == operator)
                    .map(|(_, found)| *found)
                    .ok_or_else(|| {
                        Error::unknown(ErrorCode::Config, "operator", &operator, Operator::ALL.iter().map(|(n, _)| *n))
                            .at(place(".operator"))
                    })?;
            }
            if let Some(threshold) = given.threshold {
                if !(0.0..=1.0).contains(&threshold) {
                    return Err(Error::config("a threshold lies between 0 and 1").at(place(".threshold")));
                }
                entry.threshold = threshold;
            }
            if let Some(keep) = given.keep {
                entry.keep = keep;
            }
            if let Some(mask_char) = given.mask_char {
                entry.options.mask_char = mask_char;
            }
            if let Some(keep_length) = given.keep_length {
                entry.options.keep_length = keep_length;
            }
        }
        Ok(())
    }

    /// The policy's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is done to a category.
    pub fn category(&self, category: Category) -> &CategoryPolicy {
        &self.categories[&category]
    }

    /// Changes what is done to a category.
    #[must_use]
    pub fn with_category(mut self, category: Category, policy: CategoryPolicy) -> Self {
        self.categories.insert(category, policy);
        self
    }

    /// Texts that are never removed, compared without regard to case.
    pub fn allow(&self) -> &[String] {
        &self.allow
    }

    /// Texts that are always removed, with the category they are given, compared without regard to case.
    pub fn deny(&self) -> &[(String, Category)] {
        &self.deny
    }

    /// Whether a finding is removed under this policy.
    pub(super) fn removes(&self, finding: &Finding) -> bool {
        let policy = self.category(finding.category);
        policy.operator != Operator::Keep && finding.score >= policy.threshold && !policy.keep.contains(&finding.kind)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::builtin("safe-harbor").expect("the built-in policy is tested")
    }
}

/// Names an unknown key and the nearest known one, which serde alone does not.
fn check_keys(value: &Value) -> Result<()> {
    let Some(top) = value.as_object() else {
        return Err(Error::config("a policy is a mapping with keys such as `extends` and `categories`"));
    };
    for key in top.keys() {
        if !KEYS.contains(&key.as_str()) {
            return Err(Error::unknown(ErrorCode::Config, "key", key, KEYS.iter().copied()));
        }
    }
    for (name, category) in top.get("categories").and_then(Value::as_object).into_iter().flatten() {
        for key in category.as_object().into_iter().flat_map(|o| o.keys()) {
            if !CATEGORY_KEYS.contains(&key.as_str()) {
                return Err(Error::unknown(ErrorCode::Config, "key", key, CATEGORY_KEYS.iter().copied())
                    .at(Location::Key(format!("categories.{name}"))));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_policies_cover_every_category() {
        for name in Policy::builtin_names() {
            let policy = Policy::builtin(name).unwrap();
            assert_eq!(policy.name(), name);
            for category in Category::ALL {
                assert!(policy.categories.contains_key(category), "{name} says nothing of {category}");
            }
        }
    }

    #[test]
    fn mistakes_are_named_with_the_nearest_name_and_the_place() {
        for (yaml, parts) in [
            ("categorys: {}", &["categorys", "categories"][..]),
            ("categories: {nam: {}}", &["nam", "`name`"]),
            ("categories: {name: {operater: tag}}", &["operater", "operator", "categories.name"]),
            ("categories: {name: {operator: tags}}", &["tags", "`tag`", "categories.name.operator"]),
            ("categories: {name: {threshold: 2}}", &["between 0 and 1", "categories.name.threshold"]),
            ("extends: safe-harbour", &["safe-harbor"]),
            ("allow: ['']", &["empty"]),
            ("categories: [\n", &["line"]),
        ] {
            let error = Policy::from_yaml(yaml).unwrap_err();
            assert!(error.is_config());
            for part in parts {
                assert!(error.to_string().contains(part), "{yaml}: {error}");
            }
        }
    }

    #[test]
    fn silence_about_a_category_removes_it() {
        let policy = Policy::from_yaml("allow: [x]").unwrap();
        assert_eq!(policy.category(Category::Profession).operator, Operator::Tag);
    }
}
