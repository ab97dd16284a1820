//! Buckets that are no general purpose buckets, by the endings that Amazon S3 reserves in names, and what calls on them are
//! authorized as (Amazon S3 User Guide, "General purpose bucket naming rules", "IAM for directory buckets", "Access point
//! aliases" and "Configuring IAM policies for Object Lambda Access Points").

use super::Home;
use super::pattern::{Openness, arn, arn_parts, glob, head, is_literal, join, or_any, split};
use super::resolve::Resolved;
use crate::catalog;
use crate::glob::Glob;

/// What stands where a request names a bucket.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    /// A bucket as any, or not known.
    Bucket,
    /// A directory bucket, or an access point of one (its type word, its name).
    Directory(&'static str, Glob),
    /// The alias of an access point, which does not tell the access point's name.
    AccessPoint,
    /// The alias of an Object Lambda Access Point.
    ObjectLambdaAlias,
    /// An Object Lambda Access Point by its ARN.
    ObjectLambda,
}

/// What reads and writes objects of a directory bucket does so in a session, which is what is authorized.
const IN_SESSIONS: [&str; 9] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectAttributes",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:GetObjectVersion",
];

/// The action and the resources that a call on these is authorized as.
pub(super) fn authorized(
    action: &str,
    found: Vec<Resolved>,
    home: &Home,
) -> (String, Vec<Resolved>) {
    let unchanged = (action.to_owned(), found);
    let Some(("s3", name)) = action.split_once(':') else {
        return unchanged;
    };
    let (_, found) = &unchanged;
    let places: Vec<Place> = found.iter().map(|r| place(&r.glob)).collect();
    let Some(first) = places.first().filter(|p| **p != Place::Bucket) else {
        return unchanged;
    };
    let same = |other: &Place| std::mem::discriminant(other) == std::mem::discriminant(first);
    if !places.iter().all(same) {
        return unchanged;
    }
    let action = match first {
        Place::Bucket | Place::AccessPoint => action.to_owned(),
        Place::Directory(..) if IN_SESSIONS.contains(&action) => {
            "s3express:CreateSession".to_owned()
        }
        Place::Directory(..) => format!("s3express:{name}"),
        Place::ObjectLambda | Place::ObjectLambdaAlias => format!("s3-object-lambda:{name}"),
    };
    if catalog::action(&action).is_none() {
        return unchanged;
    }
    let resources = found
        .iter()
        .zip(&places)
        .map(|(resolved, place)| rewritten(resolved, place, home))
        .collect();
    (action, resources)
}

fn place(resource: &Glob) -> Place {
    let Some([_, service, _, _, resource]) = arn_parts(resource) else {
        return Place::Bucket;
    };
    if head(&service) == "s3-object-lambda" {
        return Place::ObjectLambda;
    }
    let bucket = split(&resource, '/').swap_remove(0);
    if head(&service) != "s3" || !is_literal(&bucket) {
        return Place::Bucket;
    }
    let name = head(&bucket);
    if name.ends_with("--x-s3") {
        Place::Directory("bucket/", bucket)
    } else if name.ends_with("--xa-s3") {
        Place::Directory("accesspoint/", bucket)
    } else if name.ends_with("-s3alias") {
        Place::AccessPoint
    } else if name.ends_with("--ol-s3") {
        Place::ObjectLambdaAlias
    } else {
        Place::Bucket
    }
}

fn rewritten(resolved: &Resolved, place: &Place, home: &Home) -> Resolved {
    let at_home = |service: &str, resource: &Glob| {
        arn(
            &or_any(&home.partition),
            service,
            &or_any(&home.region),
            &or_any(&home.account),
            resource,
        )
    };
    let opened = |glob: Glob| Resolved {
        open: resolved.open.max(Openness::Generated),
        glob,
        ..resolved.clone()
    };
    match place {
        Place::Bucket => resolved.clone(),
        Place::Directory(word, name) => Resolved {
            glob: at_home("s3express", &join(&[&Glob::literal(word), name])),
            open: Openness::Closed,
            holes: Vec::new(),
            ..resolved.clone()
        },
        Place::AccessPoint => {
            let point = Glob::parse("accesspoint/*");
            let object = key(&resolved.glob).map_or(point.clone(), |key| {
                join(&[&point, &Glob::literal("/object/"), &key])
            });
            opened(at_home("s3", &object))
        }
        Place::ObjectLambdaAlias => {
            opened(at_home("s3-object-lambda", &Glob::parse("accesspoint/*")))
        }
        Place::ObjectLambda => Resolved {
            glob: point_of(&resolved.glob),
            ..resolved.clone()
        },
    }
}

/// The key behind a bucket's name, where there is one.
fn key(resource: &Glob) -> Option<Glob> {
    let slash = crate::glob::Token::Char('/');
    let at = resource.tokens().iter().position(|t| *t == slash)?;
    resource.tokens().get(at + 1..).map(glob)
}

/// The access point's own ARN, without what is behind it.
fn point_of(resource: &Glob) -> Glob {
    let parts = split(resource, '/');
    match parts.as_slice() {
        [head, name, ..] => join(&[head, &Glob::literal("/"), name]),
        _ => resource.clone(),
    }
}
