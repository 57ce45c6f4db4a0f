//! The data file: its owner alone reads it, and one process at a time uses it.

use std::{
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Read and written by its owner alone: there are password hashes in it.
const MODE: u32 = 0o600;

/// What the database keeps beside the file, by what their names end in.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// A data file that this process alone uses, for as long as this value lives.
#[derive(Debug)]
pub struct DataFile {
    /// Where it is.
    pub path: PathBuf,
    /// The system ends the lock with the process, however that ends. It lies on a file of its own: on some
    /// systems it would lock the database itself out of the data file.
    _lock: File,
}

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFileError {
    /// It is a folder.
    #[error("it is a folder")]
    Folder,
    /// It may not be written.
    #[error("it is read-only")]
    ReadOnly,
    /// Another process uses it.
    #[error("another process uses it; end that one, or name another file")]
    InUse,
    /// The system refuses it.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl DataFile {
    /// Takes a file for this process; makes an empty one where there is none.
    ///
    /// # Errors
    /// [`DataFileError`]
    pub fn open(path: &Path) -> Result<Self, DataFileError> {
        if path.is_dir() {
            return Err(DataFileError::Folder);
        }
        let there = match fs::metadata(path) {
            Ok(metadata) if metadata.permissions().readonly() => {
                return Err(DataFileError::ReadOnly);
            }
            Ok(_) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error.into()),
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.mode(MODE);
        // Two names of one file lead to one lock.
        let mut lock = real(path)?.into_os_string();
        lock.push(".lock");
        let lock = options.open(lock)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataFileError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        match options.open(path) {
            Ok(_) => {}
            Err(error) if there && is_read_only(&error) => return Err(DataFileError::ReadOnly),
            Err(error) => return Err(error.into()),
        }
        keep_to_owner(path)?;
        let path = path.to_owned();
        Ok(Self { path, _lock: lock })
    }
}

/// The path without links, of a file that may not be there yet.
fn real(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize()?;
            Ok(folder.join(path.file_name().unwrap_or_default()))
        }
        done => done,
    }
}

fn is_read_only(error: &io::Error) -> bool {
    [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem].contains(&error.kind())
}

/// Takes a file from an earlier release away from everybody else.
fn keep_to_owner(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(MODE))?;
    for end in BESIDE {
        let mut beside = path.as_os_str().to_owned();
        beside.push(end);
        match fs::set_permissions(&beside, Permissions::from_mode(MODE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
