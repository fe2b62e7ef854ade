//! Lays overlapping windows over a stream of pieces, so that every piece is judged where it has most context.

use std::ops::Range;

/// One window over the pieces that are buffered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// The pieces the model sees.
    pub(super) seen: Range<usize>,
    /// Those of them it decides: the ones no other window sees farther from its edge.
    pub(super) decided: Range<usize>,
}

/// Where the next window lies, in numbers of pieces from the start of the text.
///
/// Windows of one size begin at equal steps. Of the pieces two windows share, the first half is decided by the earlier and
/// the second half by the later one, which is where each lies farther from an edge. The start and the end of the text are
/// no edges: there is nothing beyond them to miss. The sequence depends on nothing but the number of pieces.
#[derive(Debug, Clone)]
pub(super) struct Windows {
    size: usize,
    overlap: usize,
    start: usize,
    decided: usize,
}

impl Windows {
    /// Windows of `size` pieces of which each shares `overlap` with the next; `overlap` is at most half of `size`.
    ///
    /// More would let three windows see a piece, and the middle one decide nothing.
    pub(super) fn new(size: usize, overlap: usize) -> Self {
        debug_assert!(overlap <= size / 2);
        Self { size, overlap, start: 0, decided: 0 }
    }

    /// The next window, once `available` pieces are known and `all` says whether these are all there will be.
    pub(super) fn next(&mut self, available: usize, all: bool) -> Option<Window> {
        let end = self.start + self.size;
        // A window that ends where the pieces do is the last one only when no more will come.
        if available > end {
            let decided_to = end - self.overlap / 2;
            let window = Window { seen: self.start..end, decided: self.decided..decided_to };
            self.start = end - self.overlap;
            self.decided = decided_to;
            Some(window)
        } else if all && self.decided < available {
            let window = Window { seen: self.start..available, decided: self.decided..available };
            self.decided = available;
            Some(window)
        } else {
            None
        }
    }

    /// Pieces before this one are needed no more.
    pub(super) fn needed_from(&self) -> usize {
        self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The windows for `n` pieces that become known `at_once` at a time.
    fn windows(n: usize, size: usize, overlap: usize, at_once: usize) -> Vec<Window> {
        let mut windows = Windows::new(size, overlap);
        let mut made = Vec::new();
        let mut known = 0;
        loop {
            known = (known + at_once).min(n);
            while let Some(window) = windows.next(known, known == n) {
                made.push(window);
            }
            if known == n {
                return made;
            }
        }
    }

    #[test]
    fn every_piece_is_decided_once_where_it_is_farthest_from_an_edge() {
        for size in 2..20 {
            for overlap in 0..=size / 2 {
                for n in 0..80 {
                    let made = windows(n, size, overlap, 1);
                    assert_eq!(made, windows(n, size, overlap, 7), "how pieces arrive makes no difference");
                    let decided: Vec<usize> = made.iter().flat_map(|w| w.decided.clone()).collect();
                    assert_eq!(decided, (0..n).collect::<Vec<_>>());
                    for window in &made {
                        assert!(window.seen.len() <= size);
                        for i in window.decided.clone() {
                            let distance = |w: &Window| {
                                let left = if w.seen.start == 0 { usize::MAX } else { i - w.seen.start };
                                let right = if w.seen.end == n { usize::MAX } else { w.seen.end - 1 - i };
                                left.min(right)
                            };
                            let best =
                                made.iter().filter(|w| w.seen.contains(&i)).map(distance).max().unwrap_or_default();
                            // Two windows may see it equally far from an edge, or, in an odd overlap, almost so.
                            assert!(distance(window).saturating_add(1) >= best, "{n} {size} {overlap} {i}");
                        }
                    }
                }
            }
        }
    }
}
