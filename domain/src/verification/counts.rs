//! Charges put together by what they count for.

use std::{
    collections::{BTreeMap, HashMap},
    iter,
};

use contract::Timestamp;
use uuid::Uuid;

use super::journal::{Charge, Use};
use crate::api_keys::KeyHash;

/// Once so many entries of keys and minutes are merged, they are counted first: each takes about 150 bytes.
const ENOUGH: usize = 32_000;

/// Keys that are counted in one transaction.
pub(super) const KEYS: usize = 32;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Of {
    pub(super) organization_id: Uuid,
    pub(super) key_id: Uuid,
    pub(super) minute: i64,
    pub(super) verdict: i16,
}

/// Charges by what they count for.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Requests and units.
    pub(super) counts: HashMap<Of, (i64, i64)>,
    /// Units by subject and month.
    pub(super) units: HashMap<(Uuid, i32), i64>,
    /// The last minute and address of each secret.
    pub(super) uses: HashMap<KeyHash, (i64, String)>,
}

impl Folded {
    pub(super) fn of(charges: Vec<Charge>) -> Self {
        let mut folded = Self::default();
        for charge in charges {
            let month = Timestamp(charge.minute * 60_000).month();
            let of = Of {
                organization_id: charge.organization_id,
                key_id: charge.key_id,
                minute: charge.minute,
                verdict: charge.verdict,
            };
            let count = folded.counts.entry(of).or_default();
            count.0 += charge.requests;
            count.1 += charge.units;
            if charge.units > 0 {
                // Counted for every key: a quota that it is given later holds for the whole month.
                for subject in [charge.organization_id, charge.key_id] {
                    *folded.units.entry((subject, month)).or_default() += charge.units;
                }
            }
            for Use { hash, ip } in charge.uses {
                let last = folded.uses.entry(hash).or_default();
                if charge.minute >= last.0 {
                    *last = (charge.minute, ip);
                }
            }
        }
        folded
    }
}

/// Charges merged by what they count for; sorted, so that what is counted together is close together on the disk.
#[derive(Default)]
pub(super) struct Merged(BTreeMap<Of, Sum>);

#[derive(Default)]
struct Sum {
    requests: i64,
    units: i64,
    uses: Vec<Use>,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.units += other.units;
        self.uses.extend(other.uses);
    }
}

impl Merged {
    pub(super) fn add(&mut self, charge: Charge) {
        let of = Of {
            organization_id: charge.organization_id,
            key_id: charge.key_id,
            minute: charge.minute,
            verdict: charge.verdict,
        };
        self.0.entry(of).or_default().add(Sum {
            requests: charge.requests,
            units: charge.units,
            uses: charge.uses,
        });
    }

    pub(super) fn add_all(&mut self, other: Self) {
        for (of, sum) in other.0 {
            self.0.entry(of).or_default().add(sum);
        }
    }

    /// Whether these are counted before more is read.
    pub(super) fn is_enough(&self) -> bool {
        self.0.len() >= ENOUGH
    }

    /// Divided into parts of so many keys.
    pub(super) fn into_parts(self, keys: usize) -> impl Iterator<Item = Vec<Charge>> {
        let mut rest = self.0.into_iter().peekable();
        iter::from_fn(move || {
            let (mut part, mut begun, mut last) = (Vec::new(), 0, None);
            while let Some((of, sum)) =
                rest.next_if(|(of, _)| begun < keys || last == Some(of.key_id))
            {
                if last.replace(of.key_id) != Some(of.key_id) {
                    begun += 1;
                }
                part.push(Charge {
                    key_id: of.key_id,
                    organization_id: of.organization_id,
                    minute: of.minute,
                    verdict: of.verdict,
                    requests: sum.requests,
                    units: sum.units,
                    uses: sum.uses,
                });
            }
            (!part.is_empty()).then_some(part)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn charge(key: u128, minute: i64, units: i64) -> Charge {
        Charge {
            key_id: Uuid::from_u128(key),
            organization_id: Uuid::from_u128(1),
            minute,
            verdict: 0,
            requests: 1,
            units,
            uses: Vec::new(),
        }
    }

    fn divided(charges: Vec<Charge>) -> Vec<Vec<Charge>> {
        let mut merged = Merged::default();
        charges.into_iter().for_each(|charge| merged.add(charge));
        merged.into_parts(KEYS).collect()
    }

    #[test]
    fn parts_hold_few_keys_and_lose_nothing() {
        let charges: Vec<_> = (0..1000)
            .map(|at| charge(at % 151, 5 + i64::from(at % 2 == 0), 3))
            .collect();
        let before = Folded::of(charges.clone());
        let parts = divided(charges);
        assert_eq!(parts.len(), 5);
        let keys: Vec<HashSet<Uuid>> = parts
            .iter()
            .map(|part| part.iter().map(|charge| charge.key_id).collect())
            .collect();
        assert!(keys.iter().all(|keys| keys.len() <= KEYS));
        let total: usize = keys.iter().map(HashSet::len).sum();
        assert_eq!(total, 151, "no key is in two parts");
        let after = Folded::of(parts.into_iter().flatten().collect());
        assert_eq!(after.counts, before.counts);
        assert_eq!(after.units, before.units);
    }

    #[test]
    fn each_secret_of_a_key_keeps_its_last_use() {
        let used = |hash: u8, minute, ip: &str| Charge {
            uses: vec![Use {
                hash: [hash; 32],
                ip: ip.to_owned(),
            }],
            ..charge(7, minute, 1)
        };
        let charges = vec![used(1, 5, "a"), used(2, 5, "b"), used(1, 6, "c")];
        let mut parts = divided(charges);
        let folded = Folded::of(parts.remove(0));
        let of = |hash: u8| folded.uses.get(&[hash; 32]).cloned();
        assert_eq!(of(1), Some((6, "c".to_owned())));
        assert_eq!(of(2), Some((5, "b".to_owned())));
    }

    #[test]
    fn units_count_for_the_organization_and_for_the_key() {
        let folded = Folded::of(vec![charge(7, 0, 2), charge(8, 0, 3), charge(8, 0, 0)]);
        let used = |subject| {
            folded
                .units
                .get(&(Uuid::from_u128(subject), 1970 * 12))
                .copied()
        };
        assert_eq!([used(1), used(7), used(8)], [Some(5), Some(2), Some(3)]);
        assert_eq!(folded.counts.values().map(|count| count.0).sum::<i64>(), 3);
    }
}
