//! A password's hash and nothing else, in memory that is kept: each line on standard input is hashed with
//! the parameters of this service, and answered with the hash.

use std::{
    error::Error,
    io::{Write, stdin, stdout},
};

use argon2::{Argon2, Block, Params};

fn main() -> Result<(), Box<dyn Error>> {
    let mut memory = vec![Block::new(); Params::DEFAULT.block_count()];
    let mut output = stdout().lock();
    for line in stdin().lines() {
        let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
        Argon2::default().hash_password_into_with_memory(
            line?.as_bytes(),
            b"sixteen salt by.",
            &mut hash,
            memory.as_mut_slice(),
        )?;
        writeln!(output, "{hash:02x?}")?;
        output.flush()?;
    }
    Ok(())
}
