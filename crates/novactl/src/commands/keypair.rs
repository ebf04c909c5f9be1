//! `novactl keypair`

use std::path::Path;

use nova_objects::keypair::KEYPAIR_TYPE_SSH;
use nova_objects::{KeyPair, KeyPairList, PersistentFields as _};
use serde_json::{Value as Json, json};

use super::{moment, not_found, read, text};
use crate::cli::Keypair;
use crate::names::near;
use crate::output::{Answer, Cell, Table, Text};
use crate::ssh_key::fingerprint;
use crate::{Error, Result, Session};

/// Runs one of the commands.
///
/// # Errors
/// What the records refuse, and a file that is no public key.
pub async fn run(command: &Keypair, session: &Session) -> Result<Answer> {
    match command {
        Keypair::Create { name, public_key } => create(name, public_key, session).await,
        Keypair::List => list(session).await,
        Keypair::Show { name } => {
            let keypair = find(name, session).await?;
            Ok(Answer::new(
                "keypair",
                json(&keypair)?,
                Text::Record(record(&keypair)?),
            ))
        }
        Keypair::Delete { name } => {
            let mut keypair = find(name, session).await?;
            keypair.destroy(&session.context().await?).await?;
            Ok(Answer::new(
                "deleted",
                json(&keypair)?,
                Text::line(format!("deleted keypair {name}")),
            ))
        }
    }
}

async fn create(name: &str, file: &Path, session: &Session) -> Result<Answer> {
    let public_key = read(file)?;
    let public_key = public_key.trim();
    let fingerprint = fingerprint(public_key).map_err(|reason| Error::Input {
        what: format!("the public key in {}", file.display()),
        reason,
        hint: Some(
            "`ssh-keygen -t ed25519` makes a pair; the public key is in the file with .pub"
                .to_owned(),
        ),
    })?;
    let ctx = session.context().await?;
    let mut keypair = KeyPair::new();
    keypair.set_user_id(session.user());
    keypair.set_name(name);
    keypair.set_type(KEYPAIR_TYPE_SSH);
    keypair.set_fingerprint(fingerprint);
    keypair.set_public_key(public_key);
    keypair.create(&ctx).await?;
    Ok(Answer::new(
        "keypair",
        json(&keypair)?,
        Text::Record(record(&keypair)?),
    ))
}

async fn list(session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    let keypairs = KeyPairList::get_by_user(&ctx, session.user()).await?;
    let mut table = Table::new(
        ["NAME", "TYPE", "FINGERPRINT"],
        "no keypairs; `novactl keypair create --help` shows how to import one",
    );
    let mut facts = Vec::new();
    for keypair in &keypairs {
        table.row([
            Cell::from(keypair.name()?),
            keypair.r#type()?.into(),
            keypair.fingerprint()?.into(),
        ]);
        facts.push(json(keypair)?);
    }
    Ok(Answer::new("keypairs", facts, Text::Table(table)))
}

/// The user's key pair of that name.
///
/// # Errors
/// [`Error::NotFound`] with the names that are near.
pub(super) async fn find(name: &str, session: &Session) -> Result<KeyPair> {
    let ctx = session.context().await?;
    let error = match KeyPair::get_by_name(&ctx, session.user(), name).await {
        Ok(keypair) => return Ok(keypair),
        Err(error) if error.is_class("KeypairNotFound") => error,
        Err(error) => return Err(error.into()),
    };
    let all = KeyPairList::get_by_user(&ctx, session.user()).await?;
    let near = near(name, all.iter().filter_map(|keypair| keypair.name().ok()));
    Err(not_found(error, &["KeypairNotFound"], || Error::NotFound {
        kind: "keypair",
        name: name.to_owned(),
        near,
    }))
}

fn json(keypair: &KeyPair) -> Result<Json> {
    Ok(json!({
        "name": keypair.name()?,
        "user_id": text(keypair.user_id()?),
        "type": keypair.r#type()?,
        "fingerprint": text(keypair.fingerprint()?),
        "public_key": text(keypair.public_key()?),
        "created_at": moment(keypair.created_at().ok().flatten()),
    }))
}

fn record(keypair: &KeyPair) -> Result<Vec<(String, Cell)>> {
    let pairs = [
        ("name", Cell::from(keypair.name()?)),
        ("user", keypair.user_id()?.into()),
        ("type", keypair.r#type()?.into()),
        ("fingerprint", keypair.fingerprint()?.into()),
        ("public key", keypair.public_key()?.into()),
    ];
    Ok(pairs.map(|(name, cell)| (name.to_owned(), cell)).into())
}
