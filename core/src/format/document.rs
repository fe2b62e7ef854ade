//! What a format makes of a message: the places of its text, what each is, and the way back.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::known::Known;
use super::stretch::{Edit, Stretch, in_order, spliced};
use crate::scrub::message_rules::{Role, Rule};
use crate::scrub::{Category, Kind, Place};

/// How many bytes the shortest value that stays has that is searched.
const LEAST_KEPT: usize = 3;

/// A message, or a document within one, read.
#[derive(Default)]
pub(super) struct Document {
    pub(super) leaves: Vec<Leaf>,
    /// What goes, or is added, whatever the policy says.
    pub(super) fixed: Vec<Fixed>,
    /// Members of JSON objects and items of lists, which go as a whole where nothing of their value stays; a container comes before
    /// what it holds.
    pub(super) members: Vec<Member>,
    /// Members that are added at the start of an object: which, where, and what.
    pub(super) added: Vec<(usize, usize, String)>,
    /// What it says of its people.
    pub(super) known: Known,
    /// Of a file of messages: how many leaves there are up to the end of each, and what it says of its own people.
    messages: Vec<(usize, Known)>,
}

/// A place of text in a message.
pub(super) struct Leaf {
    pub(super) stretch: Stretch,
    pub(super) content: Content,
    /// Which member of the message it is, if it has to go where it is empty.
    pub(super) member: Option<usize>,
    /// What is written where nothing of it stays, in place of these bytes.
    pub(super) emptied: Option<Edit>,
}

impl Leaf {
    /// How many texts it holds.
    fn texts(&self) -> usize {
        match &self.content {
            Content::Field { .. } | Content::Note { .. } | Content::Kept { .. } => 1,
            Content::Inner(inner) | Content::Base64 { inner, .. } => inner.leaves.iter().map(Self::texts).sum(),
        }
    }
}

/// What a place of text is.
pub(super) enum Content {
    /// A value of a field.
    Field { category: Category, kind: Kind, place: Place, path: String },
    /// Free text.
    Note { path: String },
    /// A value that stays, but where it names somebody of the message: a code, the text beside one, a number.
    Kept { path: String, place: Place },
    /// A document written in the text.
    Inner(Box<Document>),
    /// A document that base64 stands for: the place of all of it, and its bytes.
    Base64 { whole: Range<usize>, bytes: Vec<u8>, inner: Box<Document> },
}

/// A change that no operator decides.
pub(super) struct Fixed {
    pub(super) edit: Edit,
    /// The field that goes; none where nothing of the message does.
    pub(super) path: Option<String>,
    /// Which member goes as a whole.
    pub(super) member: Option<usize>,
}

/// A member of an object, or an item of a list, in JSON.
pub(super) struct Member {
    /// From the first byte of its key to the last of its value.
    pub(super) source: Range<usize>,
    /// The member whose value it stands in.
    pub(super) parent: Option<usize>,
    /// Which object or list of the message it stands in.
    pub(super) container: usize,
}

impl Document {
    /// Free text that is a document's whole content.
    pub(super) fn note(stretch: Stretch, path: impl Into<String>) -> Self {
        let mut out = Self::default();
        out.push_note(stretch, path);
        out
    }

    pub(super) fn push_note(&mut self, stretch: Stretch, path: impl Into<String>) {
        if !stretch.text.trim().is_empty() {
            self.push(stretch, Content::Note { path: path.into() });
        }
    }

    /// Adds a value that stays; what is shorter than any name or number says nothing.
    pub(super) fn push_kept(&mut self, stretch: Stretch, place: Place, path: impl Into<String>) {
        if stretch.text.len() >= LEAST_KEPT {
            self.push(stretch, Content::Kept { path: path.into(), place });
        }
    }

    pub(super) fn push(&mut self, stretch: Stretch, content: Content) {
        self.leaves.push(Leaf { stretch, content, member: None, emptied: None });
    }

    /// Adds a value of a field that a rule speaks of: free text, or a value of a category.
    pub(super) fn push_value(&mut self, stretch: Stretch, rule: &Rule, role: Option<Role>, path: impl Into<String>) {
        if stretch.text.trim().is_empty() {
            return;
        }
        if let Some(role) = role {
            self.known.add(role, &stretch.text);
        }
        match rule {
            Rule::Value(category, kind, place) => {
                let content = Content::Field { category: *category, kind: *kind, place: *place, path: path.into() };
                self.push(stretch, content);
            }
            _ => self.push_note(stretch, path),
        }
    }

    /// Adds a number that is an age over 89, in a unit of which `ninety` make 90 years.
    pub(super) fn push_age(&mut self, stretch: Stretch, ninety: u32, path: impl Into<String>) {
        self.push_value(stretch, &Rule::Value(Category::Age, Kind::Whole, Place::Age(ninety)), None, path);
    }

    /// Removes a member as a whole.
    pub(super) fn remove_member(&mut self, member: usize, path: impl Into<String>) {
        let source = self.members[member].source.clone();
        let edit = Edit { source, bytes: Vec::new() };
        self.fixed.push(Fixed { edit, path: Some(path.into()), member: Some(member) });
    }

    /// Says of the leaves from `first` on which member they are.
    pub(super) fn set_member(&mut self, first: usize, member: Option<usize>) {
        self.leaves[first..].iter_mut().for_each(|leaf| leaf.member = member);
    }

    /// Removes bytes of a field.
    pub(super) fn remove(&mut self, source: Range<usize>, path: impl Into<String>) {
        if !source.is_empty() {
            self.fixed.push(Fixed { edit: Edit { source, bytes: Vec::new() }, path: Some(path.into()), member: None });
        }
    }

    /// Ends one of several messages: what was read since the one before is its own.
    pub(super) fn end_message(&mut self) {
        self.messages.push((self.leaves.len(), std::mem::take(&mut self.known)));
    }

    /// Ends a file of messages: of its people is known what all of them say.
    pub(super) fn end_messages(&mut self) {
        for (_, known) in &self.messages {
            self.known.extend(known.clone());
        }
    }

    /// Of a file of messages: how many [texts](Self::each_text) there are up to the end of each, and what it says of its own people.
    pub(super) fn messages(&self) -> Vec<(usize, &Known)> {
        if let ([], [Leaf { content: Content::Inner(inner), .. }]) = (self.messages.as_slice(), self.leaves.as_slice())
        {
            // All of it in another encoding.
            return inner.messages();
        }
        let (mut leaves, mut texts) = (0, 0);
        let ends = self.messages.iter().map(|(end, known)| {
            texts += self.leaves[leaves..*end].iter().map(Leaf::texts).sum::<usize>();
            leaves = *end;
            (texts, known)
        });
        ends.collect()
    }

    /// Adds a document that is written in a stretch of this one.
    pub(super) fn push_inner(&mut self, stretch: Stretch, mut inner: Self) {
        self.known.extend(std::mem::take(&mut inner.known));
        self.push(stretch, Content::Inner(Box::new(inner)));
    }

    /// Adds a document that base64 stands for.
    pub(super) fn push_base64(&mut self, whole: Range<usize>, bytes: Vec<u8>, mut inner: Self) {
        self.known.extend(std::mem::take(&mut inner.known));
        self.push(Stretch::default(), Content::Base64 { whole, bytes, inner: Box::new(inner) });
    }

    /// The changes of this document's bytes. `changes` are those of its leaves' text, leaf by leaf, in the order of
    /// [`Leaf`]s as [`each_text`](Self::each_text) visits them. `with_fixed` says whether what goes, or is added, whatever the policy says is
    /// among them.
    pub(super) fn edits(
        &self,
        changes: &mut impl Iterator<Item = Vec<(Range<usize>, String)>>,
        with_fixed: bool,
    ) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut gone: Vec<bool> = vec![false; self.members.len()];
        for fixed in self.fixed.iter().filter(|_| with_fixed) {
            match fixed.member {
                Some(member) => gone[member] = true,
                None => edits.push(fixed.edit.clone()),
            }
        }
        for leaf in &self.leaves {
            let (inner, emptied) = match &leaf.content {
                Content::Field { .. } | Content::Note { .. } | Content::Kept { .. } => {
                    let changed = changes.next().unwrap_or_default();
                    let empty = !changed.is_empty() && is_emptied(&leaf.stretch.text, &changed);
                    (leaf.stretch.rewrite(&changed), empty)
                }
                Content::Inner(document) => {
                    let inner = document.edits(changes, with_fixed);
                    let text: Vec<_> = inner.iter().map(as_change).collect();
                    (leaf.stretch.rewrite(&text), false)
                }
                Content::Base64 { whole, bytes, inner } => {
                    let inner = inner.edits(changes, with_fixed);
                    let edit = (!inner.is_empty()).then(|| Edit {
                        source: whole.clone(),
                        bytes: STANDARD.encode(spliced(bytes, &inner)).into_bytes(),
                    });
                    (edit.into_iter().collect(), false)
                }
            };
            match (emptied, leaf.member, &leaf.emptied) {
                (true, Some(member), _) => gone[member] = true,
                (true, None, Some(edit)) => edits.push(edit.clone()),
                _ => edits.extend(inner),
            }
        }
        self.cut_members(gone, if with_fixed { &self.added } else { &[] }, &mut edits);
        in_order(edits)
    }

    /// Removes members, each with one comma, and what would be left empty by it.
    fn cut_members(&self, mut gone: Vec<bool>, added: &[(usize, usize, String)], edits: &mut Vec<Edit>) {
        if !gone.contains(&true) && added.is_empty() {
            return;
        }
        let containers = self.members.iter().map(|member| member.container + 1).max().unwrap_or(0);
        let mut held: Vec<Vec<usize>> = vec![Vec::new(); containers];
        for (index, member) in self.members.iter().enumerate() {
            held[member.container].push(index);
        }
        // What a container holds comes after it, so that going backwards the inmost are seen first.
        for index in (0..self.members.len()).rev() {
            let member = &self.members[index];
            let first = held[member.container].first() == Some(&index);
            if let Some(parent) = member.parent.filter(|_| first)
                && held[member.container].iter().all(|one| gone[*one])
                && added.iter().all(|(container, ..)| *container != member.container)
            {
                gone[parent] = true;
            }
        }
        for (container, at, text) in added {
            let members = held.get(*container).map_or(&[][..], Vec::as_slice);
            let parent_gone = members.first().and_then(|first| self.members[*first].parent).is_some_and(|p| gone[p]);
            if !parent_gone {
                let comma = if members.iter().all(|one| gone[*one]) { "" } else { "," };
                edits.push(Edit { source: *at..*at, bytes: format!("{text}{comma}").into_bytes() });
            }
        }
        for members in &held {
            let parent_gone = members.first().and_then(|first| self.members[*first].parent).is_some_and(|p| gone[p]);
            if parent_gone {
                continue;
            }
            let mut kept = false;
            for (at, index) in members.iter().enumerate() {
                if !gone[*index] {
                    kept = true;
                    continue;
                }
                let source = &self.members[*index].source;
                let before = at.checked_sub(1).map(|at| self.members[members[at]].source.end);
                let after = members.get(at + 1).map(|next| self.members[*next].source.start);
                let source = match (before, after) {
                    (Some(before), _) if kept => before..source.end,
                    (_, Some(after)) => source.start..after,
                    _ => source.clone(),
                };
                edits.push(Edit { source, bytes: Vec::new() });
            }
        }
    }

    /// Visits every leaf that holds text, with the way from its text to the message's bytes.
    pub(super) fn each_text<'d>(&'d self, way: &Way<'d>, visit: &mut impl FnMut(&'d Leaf, &Way<'d>)) {
        for leaf in &self.leaves {
            match &leaf.content {
                Content::Field { .. } | Content::Note { .. } | Content::Kept { .. } => {
                    visit(leaf, &way.through(&leaf.stretch));
                }
                Content::Inner(inner) => inner.each_text(&way.through(&leaf.stretch), visit),
                Content::Base64 { whole, inner, .. } => inner.each_text(&way.whole(whole.clone()), visit),
            }
        }
    }

    /// Visits every field that goes whatever the policy says, with its bytes in the message.
    pub(super) fn each_removed<'d>(&'d self, way: &Way<'d>, visit: &mut impl FnMut(&'d str, Range<usize>)) {
        for fixed in &self.fixed {
            if let Some(path) = &fixed.path {
                let source = fixed.member.map_or(&fixed.edit.source, |member| &self.members[member].source);
                visit(path, way.up(source.clone()));
            }
        }
        for leaf in &self.leaves {
            match &leaf.content {
                Content::Field { .. } | Content::Note { .. } | Content::Kept { .. } => {}
                Content::Inner(inner) => inner.each_removed(&way.through(&leaf.stretch), visit),
                Content::Base64 { whole, inner, .. } => inner.each_removed(&way.whole(whole.clone()), visit),
            }
        }
    }
}

/// Whether nothing of a text is left.
fn is_emptied(text: &str, changes: &[(Range<usize>, String)]) -> bool {
    let mut copied = 0;
    for (range, with) in changes {
        if !with.trim().is_empty() || !text[copied..range.start].trim().is_empty() {
            return false;
        }
        copied = range.end;
    }
    text[copied..].trim().is_empty()
}

/// A change of a document's bytes as one of the text that it is written in.
fn as_change(edit: &Edit) -> (Range<usize>, String) {
    // Documents within a text are of UTF-8, and so is what is written into them.
    (edit.source.clone(), String::from_utf8_lossy(&edit.bytes).into_owned())
}

/// The way from a text to the bytes of the message that say it.
#[derive(Clone, Default)]
pub(super) struct Way<'d>(Vec<Step<'d>>);

#[derive(Clone)]
enum Step<'d> {
    Through(&'d Stretch),
    Whole(Range<usize>),
}

impl<'d> Way<'d> {
    fn through(&self, stretch: &'d Stretch) -> Self {
        let mut way = self.clone();
        way.0.push(Step::Through(stretch));
        way
    }

    fn whole(&self, whole: Range<usize>) -> Self {
        let mut way = self.clone();
        way.0.push(Step::Whole(whole));
        way
    }

    /// The bytes of the message.
    pub(super) fn up(&self, range: Range<usize>) -> Range<usize> {
        self.0.iter().rev().fold(range, |range, step| match step {
            Step::Through(stretch) => stretch.source(&range),
            Step::Whole(whole) => whole.clone(),
        })
    }
}
