//! Identity providers: which of them vouch for strangers too, and which claims name a tenant.

use super::Limit;

/// Hosts of providers that anybody can get a token from (each provider's own documentation of its OIDC issuer).
/// Providers whose issuer bears the tenant, such as an EKS cluster's or a CircleCI organization's, are not among them.
const SHARED: &[&str] = &[
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "agent.buildkite.com",
    "cognito-identity.amazonaws.com",
    "cognito-identity-us-gov.amazonaws.com",
    "accounts.google.com",
    "www.amazon.com",
    "graph.facebook.com",
    "appleid.apple.com",
    "oidc.vercel.com",
    "api.pulumi.com/oidc",
    "app.spacelift.io",
];

/// Claims that name a tenant or one of its identities, by what follows the provider in the condition key.
const NAMING: &[&str] = &[
    "sub",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "project_path",
    "namespace_id",
    "project_id",
    "organization_id",
    "terraform_organization_id",
    "terraform_workspace_id",
    "organization_slug",
];

/// Whether anybody can get a token from this provider.
pub fn is_shared(provider: &str) -> bool {
    SHARED.iter().any(|s| provider.eq_ignore_ascii_case(s))
}

/// What a condition on a federated identity's claim limits. `key` is in lower case.
pub fn limit(provider: &str, key: &str, values: &[String]) -> Option<Limit> {
    let (issuer, claim) = key.rsplit_once(':')?;
    let own = issuer.eq_ignore_ascii_case(provider);
    let saml = provider.contains(":saml-provider/") && issuer == "saml";
    if !(own || saml) || values.is_empty() || !values.iter().all(|v| !v.starts_with(['*', '?'])) {
        return None;
    }
    // Cognito Developer Guide, "Role trust and permissions": guests are `unauthenticated`.
    if claim == "amr"
        && values
            .iter()
            .any(|v| v.eq_ignore_ascii_case("unauthenticated"))
    {
        return Some(Limit::Guests);
    }
    if claim == "aud" || saml && claim != "sub" {
        return Some(Limit::Claim);
    }
    let naming = NAMING.contains(&claim);
    let fixed = values.iter().all(|v| names_a_tenant(provider, v));
    Some(if naming && fixed {
        Limit::Subject
    } else {
        Limit::Claim
    })
}

/// Whether a subject pattern fixes the tenant: `repo:acme/*` does, `repo:*` and `repo:acme*` do not.
fn names_a_tenant(provider: &str, value: &str) -> bool {
    let Some(wild) = value.find(['*', '?']) else {
        return true;
    };
    let (fixed, _) = value.split_at(wild);
    let Some(at) = fixed.find([':', '/']) else {
        return false;
    };
    let (word, rest) = fixed.split_at(at);
    let tenant: String = rest.chars().skip(1).collect();
    if provider.eq_ignore_ascii_case("token.actions.githubusercontent.com")
        || provider.eq_ignore_ascii_case("gitlab.com")
    {
        // `repo:OWNER/…`, `project_path:GROUP/…`, and the bare `OWNER/…` of `repository`.
        return tenant.contains('/') || (rest.starts_with('/') && !word.is_empty());
    }
    // `organization:ACME:…`; a first word that is itself an id (a UUID in braces) names the tenant too.
    tenant.contains([':', '/']) || word.starts_with('{')
}
