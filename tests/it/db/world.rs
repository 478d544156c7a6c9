//! Rows that other rows need.

use skillmark::{
    clock::SystemChance,
    db::{AchievementKind, AchievementRow, Db, IssuerRow, KeyState, PersonRow, Promise},
    ids::{AchievementId, CredentialId, IssuerId, PersonId},
};

use super::issuers::{a_key, an_issuer, noon};

/// An organisation with an active key and an achievement.
pub(super) struct World<'d> {
    pub(super) db: &'d Db,
    pub(super) issuer: IssuerRow,
    pub(super) key_id: String,
    pub(super) achievement: AchievementRow,
}

impl<'d> World<'d> {
    pub(super) async fn new(db: &'d Db) -> World<'d> {
        let issuer = an_issuer("Lab");
        let key = a_key(
            &issuer,
            &format!("z6Mk{}", issuer.issuer_id),
            KeyState::Active,
        );
        let achievement = AchievementRow {
            issuer_id: issuer.issuer_id.clone(),
            achievement_id: AchievementId::random(&SystemChance),
            name: "Weld".to_owned(),
            kind: AchievementKind::Performance,
            version: "1".to_owned(),
            document: r#"{"name":"Weld","n":1.0}"#.to_owned(),
            created_at: noon(),
        };
        let mut of = db.of(&issuer.issuer_id);
        of.add_issuer(&issuer).await.expect("added");
        of.add_key(&key).await.expect("added");
        assert_eq!(of.add_achievement(&achievement).await, Ok(true));
        World {
            db,
            key_id: key.key_id,
            issuer,
            achievement,
        }
    }

    pub(super) fn id(&self) -> &IssuerId {
        &self.issuer.issuer_id
    }

    /// A person with nothing but ids in place.
    pub(super) async fn person(&self, lookup: u8) -> PersonRow {
        let row = PersonRow {
            issuer_id: self.id().clone(),
            person_id: PersonId::random(&SystemChance),
            key_sealed: Some(vec![1; 72]),
            kek_id: "kek".to_owned(),
            details_sealed: Some(vec![lookup; 100]),
            lookup_hash: Some(vec![lookup; 32]),
            created_at: noon(),
            erased_at: None,
        };
        let added = self
            .db
            .of(self.id())
            .add_people(std::slice::from_ref(&row))
            .await;
        added.expect("added");
        row
    }

    /// Promises for `count` unknown recipients, each with its status place, not yet written.
    pub(super) async fn promises(&self, count: usize) -> Vec<Promise> {
        let ids: Vec<_> = (0..count)
            .map(|_| CredentialId::random(&SystemChance))
            .collect();
        let mut of = self.db.of(self.id());
        let places = of
            .take_status_places(&ids, &SystemChance, noon())
            .await
            .expect("places");
        (places.into_iter())
            .map(|place| Promise {
                public_id: format!("https://badges.example/c/{}", place.credential_id),
                credential_id: place.credential_id,
                achievement_id: self.achievement.achievement_id.clone(),
                person_id: None,
                recipient_hash: None,
                issue_event: String::new(),
                batch: None,
                status_list_id: place.status_list_id,
                status_index: place.status_index,
                key_id: self.key_id.clone(),
                valid_from: noon(),
                valid_until: None,
                proof_created: noon(),
                order_sealed: Some(vec![9; 50]),
            })
            .collect()
    }

    /// One promise, written.
    pub(super) async fn promised(&self) -> Promise {
        let promise = self.promises(1).await.remove(0);
        let written = self
            .db
            .of(self.id())
            .promise(std::slice::from_ref(&promise))
            .await;
        assert_eq!(written, Ok(vec![promise.credential_id.clone()]));
        promise
    }
}
