//! Dice that fall the same for the same seed, in every version: made-up data is no secret, and is to be had again.

use contract::Timestamp;
use uuid::Uuid;

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of 0 to `end - 1`, each as likely but for a bias of less than `end` in 2⁶⁴; 0 when `end` is.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.roll()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    /// True in `percent` of 100 throws.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A moment from `first` on and not after `last`; `first` where that is later.
    pub(super) fn between(&mut self, first: Timestamp, last: Timestamp) -> Timestamp {
        let span = usize::try_from(last.0 - first.0).unwrap_or_default();
        let after = self.below(span.saturating_add(1));
        Timestamp(first.0 + i64::try_from(after).unwrap_or_default())
    }

    /// Moves one of `items[place..]` to `place`, each as likely; so done for each place, this is the shuffle of Fisher and
    /// Yates.
    pub(super) fn draw<T>(&mut self, items: &mut [T], place: usize) {
        let from = place + self.below(items.len() - place);
        items.swap(place, from);
    }

    /// An id that sorts by its time, as all ids do (UUID version 7, RFC 9562).
    pub(super) fn id(&mut self, at: Timestamp) -> Uuid {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.roll().to_le_bytes());
        random[8..].copy_from_slice(&self.roll().to_le_bytes()[..2]);
        let millis = u64::try_from(at.0).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_throw_agrees_with_the_reference() {
        assert_eq!(
            Dice::seeded(1_234_567).roll(),
            6_457_827_717_110_365_317,
            "first value of the reference for this seed"
        );
    }

    #[test]
    fn throws_stay_within_their_bounds() {
        let mut dice = Dice::seeded(7);
        let (first, last) = (Timestamp(1_000), Timestamp(1_003));
        for _ in 0..1_000 {
            assert!(dice.below(3) < 3);
            assert!((first..=last).contains(&dice.between(first, last)));
        }
        assert_eq!((dice.below(0), dice.between(last, first)), (0, last));
        let mut items = [1, 2, 3, 4];
        (0..items.len()).for_each(|place| dice.draw(&mut items, place));
        items.sort_unstable();
        assert_eq!(items, [1, 2, 3, 4]);
    }
}
