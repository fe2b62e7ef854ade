//! Rubrics of other systems, read as ours.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Rubric;
use crate::error::{Error, Location, Result};

/// One item of `HealthBench` (openai/simple-evals): what is asked, its points and tags.
#[derive(Deserialize)]
struct Item {
    criterion: String,
    points: f64,
    #[serde(default)]
    tags: Vec<String>,
}

impl Rubric {
    /// Reads rubric items of `HealthBench` (openai/simple-evals): a list of `{"criterion", "points", "tags"?}`, or an object that holds one
    /// under `rubrics`. Each becomes a criterion that the caller's judge answers ([`Scorer::with_judge`](super::Scorer::with_judge)); its tags
    /// become axes, and points may be negative. Severity follows the points: 8 or more in size is high, 4 or more medium.
    ///
    /// ```
    /// use chartguard::Rubric;
    /// let items = r#"[{"criterion": "Names the diagnosis.", "points": 7, "tags": ["axis:completeness"]}]"#;
    /// let rubric = Rubric::from_healthbench(items, "my-items")?;
    /// assert_eq!(rubric.criteria()[0].axes, ["axis:completeness"]);
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the text is not such a list; the item at fault is named by its place.
    pub fn from_healthbench(json: &str, id: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(json)
            .map_err(|e| Error::rubric("not JSON").at(Location::LineColumn { line: e.line(), column: e.column() }))?;
        let items = value.get("rubrics").unwrap_or(&value).as_array();
        let items = items.ok_or_else(|| Error::rubric("expected a list of items, or an object with `rubrics`"))?;
        let mut criteria = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item = Item::deserialize(item).map_err(|_| {
                Error::rubric("an item is {\"criterion\": text, \"points\": number, \"tags\"?: texts}")
                    .at(Location::Key(format!("rubrics[{index}]")))
            })?;
            let severity = match item.points.abs() {
                size if size >= 8.0 => "high",
                size if size >= 4.0 => "medium",
                _ => "low",
            };
            criteria.push(json!({
                "id": format!("item-{}", index + 1),
                "title": item.criterion,
                "points": item.points,
                "severity": severity,
                "axes": item.tags,
                "citation": {"source": "HealthBench rubric item"},
                "message": format!("Not so: {}", item.criterion),
                "requires": {"judge": {"question": item.criterion}},
            }));
        }
        Self::from_yaml(&json!({"rubric": id, "version": "1.0.0", "title": id, "criteria": criteria}).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::{Answer, Judge, Question, ScoreOptions, Scorer, Verdict};
    use std::sync::Arc;

    struct Contains;

    impl Judge for Contains {
        fn judge(&self, question: &Question<'_>) -> Result<Answer> {
            if question.question == "fail" {
                return Err(crate::rubric::judge_failed("no answer"));
            }
            Ok(Answer::new(question.text.contains(question.question), 0.8))
        }
    }

    #[test]
    fn items_are_scored_by_a_judge_with_the_arithmetic_of_their_source() {
        let items = r#"{"rubrics": [{"criterion": "pain", "points": 5, "tags": ["axis:a"]}, {"criterion": "stairs", "points": 5}, {"criterion": "wrong", "points": -4}]}"#;
        let rubric = Rubric::from_healthbench(items, "items").unwrap();
        let bare = Scorer::new(rubric.clone()).score("pain", &ScoreOptions::new()).unwrap();
        assert!(bare.criteria.iter().all(|c| c.verdict == Verdict::NotAssessable && !c.judged));
        let scorer = Scorer::new(rubric).with_judge(Arc::new(Contains));
        let report = scorer.score("pain is wrong", &ScoreOptions::new()).unwrap();
        // (5 - 4) / (5 + 5): the negative one is met, and adds nothing to what can be had.
        assert_eq!((report.raw, report.score), (Some(0.1), Some(0.1)));
        assert!(report.criteria.iter().all(|c| c.judged));
        let failing = Rubric::from_healthbench(r#"[{"criterion": "fail", "points": 1}]"#, "x").unwrap();
        let error =
            Scorer::new(failing).with_judge(Arc::new(Contains)).score("pain", &ScoreOptions::new()).unwrap_err();
        assert!(error.to_string().contains("no answer"));
        let error = Rubric::from_healthbench(r#"[{"criterion": "a", "points": 1}, {"points": 2}]"#, "x").unwrap_err();
        assert!(error.to_string().contains("rubrics[1]"), "{error}");
    }
}
