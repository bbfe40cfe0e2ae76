//! What a test may not leave.

use domain::mail;

use super::Kit;

impl Kit {
    /// What a test may not leave: letters that were not delivered or not read, and states that no use case may leave.
    pub async fn leftovers(&self) -> Option<String> {
        let queued = mail::counts(&self.ctx)
            .await
            .expect("the queue can be read")
            .queued;
        if queued > 0 {
            return Some(format!(
                "{queued} letters are queued and were not delivered"
            ));
        }
        if let Some(broken) = self.broken().await {
            return Some(broken.to_owned());
        }
        let unread: Vec<String> = self
            .unread()
            .iter()
            .map(|post| format!("{} to {}", post.template(), post.to))
            .collect();
        (!unread.is_empty()).then(|| format!("letters were not read: {}", unread.join(", ")))
    }

    /// What is wrong with the organizations that are stored, if anything is.
    pub async fn broken(&self) -> Option<&'static str> {
        for (what, query) in WRONG {
            if self.number(query).await > 0 {
                return Some(what);
            }
        }
        None
    }
}

/// States that no use case may leave: what is wrong, and the query that counts where.
const WRONG: &[(&str, &str)] = &[
    (
        "an organization counts its members wrongly",
        "SELECT count(*) FROM organizations o WHERE o.deleted_at IS NULL AND o.member_count <>
           (SELECT count(*) FROM memberships m WHERE m.organization_id = o.id)",
    ),
    (
        "an organization has no owner who can sign in",
        "SELECT count(*) FROM organizations o WHERE o.deleted_at IS NULL AND NOT EXISTS
           (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
            WHERE m.organization_id = o.id AND m.role = 'owner' AND u.suspended_at IS NULL)",
    ),
    (
        "the primary owner of an organization does not own it",
        "SELECT count(*) FROM organizations o WHERE o.deleted_at IS NULL AND NOT EXISTS
           (SELECT 1 FROM memberships m
            WHERE m.organization_id = o.id AND m.user_id = o.owner_id AND m.role = 'owner')",
    ),
    (
        "the slug of an organization is not taken",
        "SELECT count(*) FROM organizations o WHERE NOT EXISTS
           (SELECT 1 FROM slugs s
            WHERE s.slug = o.slug AND s.organization_id = o.id AND s.retired_at IS NULL)",
    ),
    (
        "an organization has two slugs at once",
        "SELECT count(*) - (SELECT count(*) FROM organizations) FROM slugs WHERE retired_at IS NULL",
    ),
    (
        "an invitation is answered and open",
        "SELECT count(*) FROM invitations WHERE open_key IS NOT NULL
           AND (accepted_at IS NOT NULL OR declined_at IS NOT NULL OR revoked_at IS NOT NULL)",
    ),
];
