//! The n-degree algorithm of RDFC-1.0 (§4.8): blank nodes whose own statements are alike.

use std::collections::BTreeMap;

use sha2::{Digest, digest::Output};

use super::{
    graph::{Graph, Quad},
    rdfc::{Mentions, TooEntangled},
};
use crate::ids::hex;

/// What a hash costs, in units of work; an order of blank nodes tried costs one or more.
const HASH: usize = 4;

/// How far the algorithm may follow alike blank nodes from one to the next: what the stack of any
/// thread holds.
const MAX_DEPTH: u32 = 256;

/// Names given in the order of first use (§4.5): `_:b0`, `_:b1` …
#[derive(Debug, Clone, Default)]
struct Issuer {
    order: Vec<usize>,
}

impl Issuer {
    fn find(&self, blank: usize) -> Option<usize> {
        self.order.iter().position(|known| *known == blank)
    }

    fn issue(&mut self, blank: usize) -> usize {
        self.find(blank).unwrap_or_else(|| {
            self.order.push(blank);
            self.order.len() - 1
        })
    }
}

/// What is known while ties are settled.
pub(super) struct Work<'w, D: Digest> {
    pub(super) graph: &'w Graph,
    pub(super) mentions: &'w Mentions,
    /// First-degree hashes by blank node.
    pub(super) hashes: &'w [Output<D>],
    /// Canonical numbers by blank node.
    pub(super) canonical: &'w mut Vec<Option<u32>>,
    pub(super) next: u32,
    /// Units of work left.
    pub(super) left: u32,
    /// How many calls stand in one another.
    pub(super) depth: u32,
}

/// The outcome of one call: the hash, and the names given on the way.
type Outcome<D> = (Output<D>, Issuer);

/// The best path through one set of related blank nodes so far.
struct Best {
    path: String,
    issuer: Option<Issuer>,
}

impl Best {
    /// A path that is longer or as long, and greater, can no longer win.
    fn beats(&self, path: &str) -> bool {
        !self.path.is_empty() && path.len() >= self.path.len() && path > self.path.as_str()
    }
}

impl<D: Digest> Work<'_, D> {
    /// Names all of `group`, whose first-degree hashes are equal (§4.4.3 step 5).
    pub(super) fn settle(&mut self, group: &[usize]) -> Result<(), TooEntangled> {
        let mut outcomes: Vec<Outcome<D>> = Vec::new();
        for blank in group {
            if self.canonical[*blank].is_none() {
                let mut issuer = Issuer::default();
                issuer.issue(*blank);
                outcomes.push(self.hash(*blank, issuer)?);
            }
        }
        outcomes.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, issuer) in outcomes {
            for blank in issuer.order {
                if self.canonical[blank].is_none() {
                    self.canonical[blank] = Some(self.next);
                    self.next += 1;
                }
            }
        }
        Ok(())
    }

    fn spend(&mut self, units: usize) -> Result<(), TooEntangled> {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        self.left = self.left.checked_sub(units).ok_or(TooEntangled)?;
        Ok(())
    }

    /// Hash n-degree quads (§4.8.3).
    fn hash(&mut self, blank: usize, mut issuer: Issuer) -> Result<Outcome<D>, TooEntangled> {
        self.spend(HASH + issuer.order.len() / 16)?;
        if self.depth == MAX_DEPTH {
            return Err(TooEntangled);
        }
        self.depth += 1;
        let mut hasher = D::new();
        for (related, blanks) in self.related(blank, &issuer)? {
            hasher.update(hex(&related));
            let (path, chosen) = self.shortest(blanks, &issuer)?;
            hasher.update(path);
            issuer = chosen;
        }
        self.depth -= 1;
        Ok((hasher.finalize(), issuer))
    }

    /// The blank nodes beside `blank`, by the hash of how they are related. One that stands beside
    /// it in several statements is kept as often, as `rdf-canonize` does.
    fn related(
        &mut self,
        blank: usize,
        issuer: &Issuer,
    ) -> Result<BTreeMap<Output<D>, Vec<usize>>, TooEntangled> {
        let mut found: BTreeMap<Output<D>, Vec<usize>> = BTreeMap::new();
        let (graph, mentions) = (self.graph, self.mentions);
        for at in mentions.of(blank) {
            let quad = &graph.quads[*at as usize];
            for (other, place) in quad.blanks().filter(|(other, _)| *other != blank) {
                self.spend(HASH)?;
                let hash = self.related_hash(other, quad, issuer, place);
                found.entry(hash).or_default().push(other);
            }
        }
        Ok(found)
    }

    /// Hash related blank node (§4.7.3).
    fn related_hash(&self, other: usize, quad: &Quad, issuer: &Issuer, place: u8) -> Output<D> {
        let mut hasher = D::new();
        hasher.update([place]);
        if place != b'g'
            && let Some(text) = quad.predicate.text()
        {
            hasher.update(self.graph.text(text));
        }
        match self.name(other, issuer) {
            Some(name) => hasher.update(name),
            None => hasher.update(hex(&self.hashes[other])),
        }
        hasher.finalize()
    }

    fn name(&self, blank: usize, issuer: &Issuer) -> Option<String> {
        match self.canonical[blank] {
            Some(number) => Some(format!("_:c14n{number}")),
            None => Some(format!("_:b{}", issuer.find(blank)?)),
        }
    }

    /// The least path over all orders of `blanks`, with the names given on it (§4.8.3 step 5.4).
    fn shortest(
        &mut self,
        mut blanks: Vec<usize>,
        issuer: &Issuer,
    ) -> Result<(String, Issuer), TooEntangled> {
        let mut best = Best {
            path: String::new(),
            issuer: None,
        };
        blanks.sort_unstable();
        loop {
            self.spend(1 + blanks.len() * (blanks.len() + issuer.order.len()) / 64)?;
            self.walk(&blanks, issuer, &mut best)?;
            if !next_order(&mut blanks) {
                break;
            }
        }
        let issuer = best.issuer.unwrap_or_else(|| issuer.clone());
        Ok((best.path, issuer))
    }

    /// The path for one order; replaces `best` if it is less.
    fn walk(
        &mut self,
        order: &[usize],
        issuer: &Issuer,
        best: &mut Best,
    ) -> Result<(), TooEntangled> {
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut deeper = Vec::new();
        for blank in order {
            match self.canonical[*blank] {
                Some(number) => path.push_str(&format!("_:c14n{number}")),
                None => {
                    if issuer.find(*blank).is_none() {
                        deeper.push(*blank);
                    }
                    path.push_str(&format!("_:b{}", issuer.issue(*blank)));
                }
            }
            if best.beats(&path) {
                return Ok(());
            }
        }
        for blank in deeper {
            let (hash, after) = self.hash(blank, issuer.clone())?;
            path.push_str(&format!("_:b{}<{}>", issuer.issue(blank), hex(&hash)));
            issuer = after;
            if best.beats(&path) {
                return Ok(());
            }
        }
        if best.path.is_empty() || path < best.path {
            best.path = path;
            best.issuer = Some(issuer);
        }
        Ok(())
    }
}

/// The next order of `items` in lexicographic sequence; equal items are not told apart.
fn next_order(items: &mut [usize]) -> bool {
    let Some(turn) = items.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    if let Some(swap) = items.iter().rposition(|item| *item > items[turn]) {
        items.swap(turn, swap);
    }
    items[turn + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_once() {
        let mut items = [1, 1, 2, 3];
        let mut count = 1;
        while next_order(&mut items) {
            count += 1;
        }
        assert_eq!((count, items), (12, [3, 2, 1, 1]));
    }
}
