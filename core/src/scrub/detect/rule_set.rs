//! A set of rules by number.

/// A set of rules by number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RuleSet([u64; 4]);

impl RuleSet {
    /// As many rules as a set can hold.
    pub(super) const CAPACITY: usize = 256;

    pub(super) fn contains(self, number: usize) -> bool {
        self.0[number / 64] & (1 << (number % 64)) != 0
    }

    pub(super) fn insert(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Takes the lowest number out.
    pub(super) fn pop(&mut self) -> Option<usize> {
        let (index, word) = self.0.iter_mut().enumerate().find(|(_, word)| **word != 0)?;
        let bit = word.trailing_zeros() as usize;
        *word &= *word - 1;
        Some(index * 64 + bit)
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0[0] | self.0[1] | self.0[2] | self.0[3] == 0
    }

    #[inline]
    pub(super) fn both(self, other: Self) -> Self {
        let (mine, theirs) = (self.0, other.0);
        Self([mine[0] & theirs[0], mine[1] & theirs[1], mine[2] & theirs[2], mine[3] & theirs[3]])
    }

    #[inline]
    pub(super) fn without(self, other: Self) -> Self {
        let (mine, theirs) = (self.0, other.0);
        Self([mine[0] & !theirs[0], mine[1] & !theirs[1], mine[2] & !theirs[2], mine[3] & !theirs[3]])
    }

    #[inline]
    pub(super) fn add(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
    }
}
