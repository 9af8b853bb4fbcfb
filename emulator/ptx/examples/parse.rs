//! Parses the PTX files it is given, and says what it finds or refuses.

use std::{env, fs, process::ExitCode};

use millpond_ptx::Module;

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in env::args().skip(1) {
        let parsed = fs::read_to_string(&path).map_err(|error| error.to_string());
        match parsed.and_then(|text| Module::parse(&text).map_err(|error| error.to_string())) {
            Ok(module) => println!(
                "{path}: {}",
                module.kernel_names().collect::<Vec<_>>().join(", ")
            ),
            Err(error) => {
                eprintln!("{path}: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
