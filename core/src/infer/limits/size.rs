//! Integers that sizes are made of, as far as they are known before a graph is read: what they can be at any length of the input.

use std::hash::{DefaultHasher, Hash, Hasher};

/// As many coefficients as a [`Size`] has at most: up to the cube of the length.
const DEGREES: usize = 4;
/// An infinity that leaves room for sums.
const MOST: i64 = i64::MAX / 4;

/// An integer of a graph, the same for all texts of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// The least that it is.
    pub(super) low: i64,
    /// The most that it is.
    pub(super) high: i64,
    /// What it is as a polynomial of the length, if it is one. tract works with those at little cost.
    exact: Option<[i64; DEGREES]>,
    /// What the quotients, minima and the like in the expression cost tract: one that holds others tries each of their forms.
    pub(super) steps: u32,
    /// The same for what was worked out in the same way.
    same: u64,
}

/// What names a way of working something out.
fn named(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn clamp(value: i128) -> i64 {
    value.clamp(i128::from(-MOST), i128::from(MOST)) as i64
}

impl Size {
    /// A number.
    pub(super) fn of(value: i64) -> Self {
        let value = value.clamp(-MOST, MOST);
        Self::polynomial([value, 0, 0, 0], value, value)
    }

    /// The length of the input, which is within `low` and `high`.
    pub(super) fn length(low: i64, high: i64) -> Self {
        Self::polynomial([0, 1, 0, 0], low, high)
    }

    /// Anything within `low` and `high`, of which no more is known.
    pub(super) fn within(low: i64, high: i64) -> Self {
        let (low, high) = (low.clamp(-MOST, MOST), high.clamp(-MOST, MOST));
        if low == high { Self::of(low) } else { Self { low, high, exact: None, steps: 1, same: named((low, high)) } }
    }

    fn polynomial(exact: [i64; DEGREES], low: i64, high: i64) -> Self {
        let (low, high) = if exact[1..] == [0; DEGREES - 1] { (exact[0], exact[0]) } else { (low, high) };
        Self { low, high, exact: Some(exact), steps: 0, same: named(exact) }
    }

    /// What comes of `parts` by `how`: the polynomial `exact`, if there is one of numbers that are not too large.
    fn made(how: &str, parts: &[Self], exact: Option<[i64; DEGREES]>, low: i128, high: i128) -> Self {
        match exact.filter(|exact| exact.iter().all(|c| (-MOST..=MOST).contains(c))) {
            Some(exact) => Self::polynomial(exact, clamp(low), clamp(high)).costing(parts),
            None => Self::by(how, parts, low, high),
        }
    }

    /// The same, made of what costs this much.
    fn costing(self, parts: &[Self]) -> Self {
        Self { steps: parts.iter().fold(0_u32, |all, part| all.saturating_add(part.steps)), ..self }
    }

    /// What comes of `parts` by `how`, when that is no polynomial.
    fn by(how: &str, parts: &[Self], low: i128, high: i128) -> Self {
        let names: Vec<u64> = parts.iter().map(|part| part.same).collect();
        let inner = parts.iter().fold(0_u32, |all, part| all.saturating_add(part.steps));
        let steps = match how {
            "add" | "mul" => inner,
            "min" | "max" => inner.saturating_mul(3).saturating_add(1),
            _ => inner.saturating_mul(2).saturating_add(1),
        };
        Self { low: clamp(low), high: clamp(high), exact: None, steps: steps.max(1), same: named((how, names)) }
    }

    /// The number, if it is the same at all lengths.
    pub(super) fn value(&self) -> Option<i64> {
        self.exact.filter(|exact| exact[1..] == [0; DEGREES - 1]).map(|exact| exact[0])
    }

    /// Whether both are worked out in the same way, and so are equal.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.same == other.same
    }

    pub(super) fn add(self, other: Self) -> Self {
        let (low, high) =
            (i128::from(self.low) + i128::from(other.low), i128::from(self.high) + i128::from(other.high));
        let exact = self.exact.zip(other.exact).and_then(|(a, b)| {
            let mut sum = [0; DEGREES];
            for (sum, (a, b)) in sum.iter_mut().zip(a.into_iter().zip(b)) {
                *sum = a.checked_add(b)?;
            }
            Some(sum)
        });
        Self::made("add", &[self, other], exact, low, high)
    }

    pub(super) fn neg(self) -> Self {
        self.mul(Self::of(-1))
    }

    pub(super) fn sub(self, other: Self) -> Self {
        if self.is(&other) { Self::of(0) } else { self.add(other.neg()) }
    }

    pub(super) fn mul(self, other: Self) -> Self {
        let ends = [(self.low, other.low), (self.low, other.high), (self.high, other.low), (self.high, other.high)]
            .map(|(a, b)| i128::from(a) * i128::from(b));
        let low = ends.into_iter().min().unwrap_or(0);
        let high = ends.into_iter().max().unwrap_or(0);
        let exact = self.exact.zip(other.exact).and_then(|(a, b)| {
            let mut product = [0_i64; DEGREES];
            for (i, a) in a.into_iter().enumerate().filter(|(_, a)| *a != 0) {
                for (j, b) in b.into_iter().enumerate().filter(|(_, b)| *b != 0) {
                    let slot = product.get_mut(i + j)?;
                    *slot = slot.checked_add(a.checked_mul(b)?)?;
                }
            }
            Some(product)
        });
        Self::made("mul", &[self, other], exact, low, high)
    }

    /// The quotient, if it is one without a remainder at all lengths.
    fn quotient(&self, by: &Self) -> Option<[i64; DEGREES]> {
        let (a, b) = self.exact.zip(by.exact)?;
        let degree = b.iter().position(|c| *c != 0)?;
        let divisor = b[degree];
        if b[degree + 1..].iter().any(|c| *c != 0) {
            return (a == b).then_some([1, 0, 0, 0]);
        }
        let divides = a[..degree].iter().all(|c| *c == 0) && a.iter().all(|c| c.checked_rem(divisor) == Some(0));
        let mut quotient = [0; DEGREES];
        for (to, from) in quotient.iter_mut().zip(&a[degree..]) {
            *to = from / divisor;
        }
        divides.then_some(quotient)
    }

    /// The quotient towards zero; what is divided by nothing is taken as divided by one.
    pub(super) fn div(self, by: Self) -> Self {
        let divisors: Vec<i64> = [by.low, by.high, -1, 1]
            .into_iter()
            .filter(|divisor| *divisor != 0 && (by.low..=by.high).contains(divisor))
            .collect();
        let ends = divisors.iter().flat_map(|d| [self.low / d, self.high / d]);
        let (low, high) = (ends.clone().min().unwrap_or(self.low), ends.max().unwrap_or(self.high));
        if let Some(exact) = self.quotient(&by) {
            return Self::polynomial(exact, low, high).costing(&[self, by]);
        }
        match (self.value(), by.value()) {
            (Some(a), Some(b)) if b != 0 => Self::of(a / b),
            _ => Self::by("div", &[self, by], low.into(), high.into()),
        }
    }

    /// What is left over of a division.
    pub(super) fn rem(self, by: Self) -> Self {
        match (self.value(), by.value()) {
            (Some(a), Some(b)) if b != 0 => Self::of(a.rem_euclid(b)),
            _ => {
                let most = i128::from(by.high.max(-by.low).max(1)) - 1;
                Self::by("rem", &[self, by], if self.low < 0 || by.low < 0 { -most } else { 0 }, most)
            }
        }
    }

    pub(super) fn min(self, other: Self) -> Self {
        if self.is(&other) || self.high <= other.low {
            self
        } else if other.high <= self.low {
            other
        } else {
            Self::by("min", &[self, other], self.low.min(other.low).into(), self.high.min(other.high).into())
        }
    }

    pub(super) fn max(self, other: Self) -> Self {
        if self.is(&other) || self.low >= other.high {
            self
        } else if other.low >= self.high {
            other
        } else {
            Self::by("max", &[self, other], self.low.max(other.low).into(), self.high.max(other.high).into())
        }
    }

    /// The least or the greatest of two as a node of a graph works it out: which of them it is may show by their bounds, but tract
    /// knows none, and works with both.
    pub(super) fn least(self, other: Self) -> Self {
        self.min(other).weighed("min", self, other)
    }

    /// See [`least`](Self::least).
    pub(super) fn greatest(self, other: Self) -> Self {
        self.max(other).weighed("max", self, other)
    }

    fn weighed(self, how: &str, one: Self, other: Self) -> Self {
        let plain = one.is(&other) || one.value().is_some() && other.value().is_some();
        if plain { self } else { Self { steps: Self::by(how, &[one, other], 0, 0).steps, ..self } }
    }

    /// One or the other.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is(&other) {
            return self;
        }
        Self::by("or", &[self, other], self.low.min(other.low).into(), self.high.max(other.high).into())
    }

    /// The size of an axis that comes of these two when they are broadcast.
    pub(super) fn broadcast(self, other: Self) -> Self {
        match (self.value(), other.value()) {
            (Some(1), _) => other,
            // The other can only be as much, or one.
            (_, Some(1)) | (Some(_), _) => self,
            (_, Some(_)) => other,
            _ => self.max(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length() -> Size {
        Size::length(1, 512)
    }

    #[test]
    fn polynomials_stay_exact() {
        let n = |value| Size::of(value);
        let all = length().mul(n(768));
        assert!(all.div(n(64)).is(&length().mul(n(12))));
        assert!(all.div(length()).is(&n(768)));
        assert_eq!(length().add(n(2)).sub(length()).value(), Some(2));
        assert_eq!((all.low, all.high, all.steps), (768, 768 * 512, 0));
        assert_eq!(n(7).div(n(2)).value(), Some(3));
        assert_eq!(n(-1).rem(n(8)).value(), Some(7));
    }

    #[test]
    fn what_is_no_polynomial_has_bounds_and_costs_steps() {
        let chunks = length().add(Size::of(63)).div(Size::of(64));
        assert_eq!((chunks.low, chunks.high, chunks.steps), (1, 8, 1));
        assert_eq!(chunks.mul(Size::of(64)).high, 512);
        let twice = chunks.div(Size::of(3)).add(length().div(Size::of(5)));
        assert_eq!(twice.steps, 4);
        let rest = length().rem(Size::of(64));
        assert_eq!((rest.low, rest.high), (0, 63));
        assert_eq!(length().div(Size::within(0, 4)).high, 512);
        assert_eq!(Size::of(9).sub(Size::of(3)).min(length()).high, 6);
    }

    #[test]
    fn a_minimum_that_bounds_decide_costs_steps_all_the_same() {
        let least = length().least(length().neg());
        assert_eq!((least.high, least.steps), (-1, 1));
        assert_eq!(least.add(Size::of(2)).least(Size::of(5)).steps, 4);
        assert_eq!(Size::of(3).least(Size::of(2)).steps, 0);
        assert_eq!(length().greatest(length()).steps, 0);
    }

    #[test]
    fn nothing_overflows() {
        let most = Size::of(i64::MAX);
        assert!(most.add(most).high > 0 && most.mul(most).high > 0);
        assert!(Size::of(i64::MIN).neg().high > 0);
        assert!(most.mul(length()).mul(length()).div(Size::of(i64::MIN)).low < 0);
        assert_eq!(Size::of(i64::MIN).div(Size::of(-1)).low, MOST);
    }

    #[test]
    fn broadcasting_gives_what_is_not_one() {
        assert!(length().broadcast(Size::of(1)).is(&length()));
        assert!(length().broadcast(length()).is(&length()));
        assert_eq!(Size::within(0, 9000).broadcast(Size::of(768)).value(), Some(768));
    }
}
