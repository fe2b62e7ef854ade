//! `chartguard score`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::input::{self, Line};
use super::output::{Outcome, Output};
use super::{BELOW, OK, ThreadArgs, format_names};
use crate::error::{Error, Location, Result};
use crate::format::{Format, MessageReport};
use crate::rubric::{Claim, EpisodeNote, EpisodeOptions, Report, Rubric, ScoreOptions, Scorer, parse_date};
use crate::{report, wire};

#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(super) struct ScoreArgs {
    /// The note, or JSON Lines with --jsonl; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    scorer: ScorerArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Read lines `{"id","text","doc_type"?,"discipline"?,"date"?,"payer"?,"setting"?,"claim"?}` and print a scored report a line
    #[arg(long)]
    jsonl: bool,
    /// What the file is written in; notes in a message are scored one by one
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format_names())]
    from: String,
    /// Print the report of a single note, of a message or of an episode, as JSON
    #[arg(long)]
    json: bool,
    /// Print another form: CSV (one row a criterion), SARIF 2.1.0, or Markdown
    #[arg(long, value_enum, conflicts_with_all = ["json", "episode"])]
    format: Option<Form>,
    /// Score lines `{"text","date"?,"doc_type"?,"episode"?}` as the notes of one episode, or of one for each name under `episode`
    #[arg(long, conflicts_with = "jsonl")]
    episode: bool,
    /// With --episode: care goes on, so no discharge note is expected
    #[arg(long, requires = "episode")]
    open: bool,
    /// Exit with status 1 when a note scores below this (0 to 1)
    #[arg(long, value_name = "SCORE")]
    min_score: Option<f64>,
}

/// The notes of an episode, and what is known of each.
type Notes = Vec<(String, ScoreOptions)>;

/// Another form of reports.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One row for each criterion
    Csv,
    /// SARIF 2.1.0
    Sarif,
    /// Markdown
    Markdown,
}

/// What scores: shared by every command that scores.
#[derive(Args)]
pub(super) struct ScorerArgs {
    /// A built-in rubric or a rubric file (YAML or JSON)
    #[arg(long, default_value = "medicare-outpatient-therapy", value_name = "ID|FILE")]
    rubric: String,
    /// The document's type, where it is known; otherwise it is detected
    #[arg(long, value_name = "TYPE")]
    doc_type: Option<String>,
    /// The discipline (pt, ot, slp), where it is known; otherwise it is detected
    #[arg(long, value_name = "DISCIPLINE")]
    discipline: Option<String>,
    /// The day of service: the rules in force on it count; otherwise it is read from the note
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
    /// Who pays, where the rubric tells payers apart
    #[arg(long, value_name = "NAME")]
    payer: Option<String>,
    /// Where the service was furnished, where the rubric tells settings apart
    #[arg(long, value_name = "NAME")]
    setting: Option<String>,
    /// What was billed, as JSON: `{"lines": [{"code": "97110", "units": 2, "modifiers": ["GP"]}]}`
    #[arg(long, value_name = "FILE")]
    claim: Option<PathBuf>,
    #[command(flatten)]
    models: ModelArgs,
}

/// The models that a rubric asks.
#[derive(Args)]
pub(super) struct ModelArgs {
    /// The directory of a sentence model, for checks of the kind `similarity`
    #[arg(long, value_name = "DIR")]
    embedder: Option<PathBuf>,
    /// The directory of a classification model, for checks of the kind `classifier`, under the name the rubric gives it; may be repeated
    #[arg(long, value_name = "[NAME=]DIR")]
    classifier: Vec<String>,
    /// The directory of a classification model that tells the document's type where it is not given
    #[arg(long, value_name = "DIR")]
    doc_classifier: Option<PathBuf>,
}

impl ModelArgs {
    /// The scorer with these models.
    #[cfg(feature = "onnx")]
    pub(super) fn give(&self, mut scorer: Scorer) -> Result<Scorer> {
        use crate::infer::{Classifier, Embedder, Model};
        if let Some(directory) = &self.embedder {
            scorer = scorer.with_embedder(Embedder::new(Model::load(directory)?)?)?;
        }
        for named in &self.classifier {
            let (name, directory) = named.split_once('=').unwrap_or(("", named));
            let model = Model::load(directory)?;
            let name = if name.is_empty() { model.name().to_owned() } else { name.to_owned() };
            scorer = scorer.with_classifier(name, Classifier::new(model)?)?;
        }
        if let Some(directory) = &self.doc_classifier {
            scorer = scorer.with_document_classifier(Classifier::new(Model::load(directory)?)?)?;
        }
        Ok(scorer)
    }

    /// The scorer, where no model is asked for.
    #[cfg(not(feature = "onnx"))]
    pub(super) fn give(&self, scorer: Scorer) -> Result<Scorer> {
        if self.embedder.is_some() || !self.classifier.is_empty() || self.doc_classifier.is_some() {
            return Err(Error::model("this build runs no models: it was made without the feature `onnx`"));
        }
        Ok(scorer)
    }
}

impl ScorerArgs {
    pub(super) fn scorer(&self) -> Result<Scorer> {
        self.models.give(Scorer::new(Rubric::named(&self.rubric)?))
    }

    pub(super) fn options(&self) -> Result<ScoreOptions> {
        let mut options = ScoreOptions::parse(self.doc_type.as_deref(), self.discipline.as_deref())?;
        options.date =
            self.date.as_deref().map(parse_date).transpose().map_err(|e| e.at(Location::Key("--date".into())))?;
        options.payer.clone_from(&self.payer);
        options.setting.clone_from(&self.setting);
        options.claim = self.claim.as_deref().map(claim).transpose()?;
        Ok(options)
    }
}

/// A claim from a file.
pub(super) fn claim(path: &Path) -> Result<Claim> {
    Claim::from_json(&input::note(path)?).map_err(|e| e.at(Location::File(path.display().to_string())))
}

/// What a file held, scored.
enum Read {
    Note(String, Report),
    Message(Vec<MessageReport>),
}

impl ScoreArgs {
    /// Scores the whole file: a plain note in UTF-8, or a message.
    fn read(&self, scorer: &Scorer, options: &ScoreOptions) -> Result<Read> {
        let format: Format = self.from.parse()?;
        let bytes = input::bytes(&self.file)?;
        if format.is_note(&bytes) {
            let text = input::text(&self.file, bytes)?;
            let report = scorer.score(&text, options)?;
            return Ok(Read::Note(text, report));
        }
        let notes = scorer.score_message(&bytes, format, options);
        let notes = notes.map_err(|e| e.at(Location::File(input::name(&self.file))))?;
        if notes.is_empty() {
            return Err(Error::input("there is no note in the message").at(Location::File(input::name(&self.file))));
        }
        Ok(Read::Message(notes))
    }
}

pub(super) fn run(args: &ScoreArgs) -> Outcome {
    let scorer = args.scorer.scorer()?;
    let options = args.scorer.options()?;
    let mut output = Output::stdout();
    let mut below = false;
    let mut judge = |report: &Report| {
        below |= args.min_score.zip(report.score).is_some_and(|(least, score)| score < least);
    };
    if args.episode {
        let mut episodes: Vec<(Option<String>, Notes)> = Vec::new();
        let read = |line: Line| {
            let own = ScoreOptions::from_members(&line.members).map_err(|e| line.locate(e))?;
            let name = line.members.get("episode").map(Value::to_string);
            Ok((name, line.text()?.to_owned(), own.or(&options)))
        };
        input::each_line(&args.file, &args.threads, read, |(name, text, own)| {
            match episodes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, notes)) => notes.push((text, own)),
                None => episodes.push((name, vec![(text, own)])),
            }
            Ok(())
        })?;
        if episodes.is_empty() {
            return Err(Error::input("there is no note in the input").into());
        }
        for (name, notes) in &episodes {
            let given: Vec<EpisodeNote<'_>> =
                notes.iter().map(|(text, own)| EpisodeNote::new(text, own.clone())).collect();
            let texts: Vec<&str> = notes.iter().map(|(text, _)| text.as_str()).collect();
            let scored = scorer.score_episode(&given, &EpisodeOptions::default().open(args.open))?;
            judge(&scored.episode);
            if args.json {
                let mut out = Map::new();
                out.extend(
                    name.as_ref().and_then(|name| Some(("episode".to_owned(), serde_json::from_str(name).ok()?))),
                );
                out.extend(wire::episode(&texts, &scored));
                output.write(&format!("{}\n", Value::Object(out)))?;
            } else {
                if let Some(name) = name {
                    output.write(&format!("==> {} <==\n", name.trim_matches('"')))?;
                }
                output.write(&report::episode_text(&scored, &texts))?;
            }
        }
    } else if let Some(form) = args.format {
        let mut notes: Vec<(Report, String, String)> = Vec::new();
        if args.jsonl {
            let work = |line: Line| {
                let own = ScoreOptions::from_members(&line.members).map_err(|e| line.locate(e))?.or(&options);
                let name = line
                    .members
                    .get("id")
                    .map_or_else(|| line.place(), |id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
                let text = line.text()?.to_owned();
                Ok((scorer.score(&text, &own).map_err(|e| line.locate(e))?, text, name))
            };
            input::each_line(&args.file, &args.threads, work, |done| {
                notes.push(done);
                Ok(())
            })?;
        } else {
            let name = args.file.display().to_string();
            match args.read(&scorer, &options)? {
                Read::Note(text, scored) => notes.push((scored, text, name)),
                Read::Message(found) => {
                    notes.extend(
                        found.into_iter().map(|note| (note.in_text, note.text, format!("{name} {}", note.path))),
                    );
                }
            }
        }
        for (scored, ..) in &notes {
            judge(scored);
        }
        let each = notes.iter().map(|(scored, text, name)| (scored, text.as_str(), name.as_str()));
        output.write(&match form {
            Form::Csv => each.fold(report::CSV_HEADER.to_owned(), |out, (scored, text, name)| {
                out + &report::csv_rows(scored, text, name)
            }),
            Form::Sarif => format!("{:#}\n", report::sarif(each)),
            Form::Markdown => {
                each.map(|(scored, text, _)| report::markdown(scored, text)).collect::<Vec<_>>().join("\n")
            }
        })?;
    } else if args.jsonl {
        let work = |line: Line| score_line(&scorer, &options, &line);
        input::each_line(&args.file, &args.threads, work, |(report, line)| {
            judge(&report);
            output.write(&line)
        })?;
    } else {
        match args.read(&scorer, &options)? {
            Read::Note(text, scored) => {
                judge(&scored);
                output.write(&if args.json {
                    format!("{:#}\n", Value::Object(wire::report(&text, &scored)))
                } else {
                    report::text(&scored, &text)
                })?;
            }
            Read::Message(notes) => {
                for note in &notes {
                    judge(&note.report);
                }
                if args.json {
                    output.write(&format!("{:#}\n", wire::message_reports(&notes)))?;
                } else {
                    for note in &notes {
                        output.write(&format!(
                            "==> {} <==\n{}\n",
                            note.path,
                            report::text(&note.in_text, &note.text)
                        ))?;
                    }
                }
            }
        }
    }
    output.finish()?;
    Ok(if below { BELOW } else { OK })
}

fn score_line(scorer: &Scorer, defaults: &ScoreOptions, line: &Line) -> Result<(Report, String)> {
    let text = line.text()?;
    let own = ScoreOptions::from_members(&line.members).map_err(|e| line.locate(e))?;
    let report = scorer.score(text, &own.or(defaults)).map_err(|e| line.locate(e))?;
    let mut out = Map::new();
    if let Some(id) = line.members.get("id") {
        out.insert("id".into(), id.clone());
    }
    out.extend(wire::report(text, &report));
    let mut printed = Value::Object(out).to_string();
    printed.push('\n');
    Ok((report, printed))
}
