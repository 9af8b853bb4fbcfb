#!/usr/bin/env bash
# The checks, one function each: `scripts/ci.sh all` or `scripts/ci.sh JOB...`.
# They expect what `scripts/test` sets up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fmt() { cargo fmt --all --check; }

clippy() { cargo clippy --workspace --all-targets --all-features -- -D warnings; }

# Everything but the real model, in debug mode, doc tests included.
tests() {
    cargo test -p millpond -p millpond-macros --features millpond/testing
    cargo test -p millpond-every-form -p millpond-renamed -p my-stages
    cargo test -p millpond-operators --all-features
}

# The same library with the real model, optimised: tract is slow otherwise.
onnx() {
    cargo build --release --features onnx --example identify
    cargo test --release --features onnx,testing --test inference --test conformance \
        --test identify --example identify
}

# A remote edge in every order of two threads; builds everything once more.
loom() { scripts/loom; }

docs() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features; }

examples() {
    local example
    cargo build --examples
    for example in examples/*.rs; do
        example=$(basename "$example" .rs)
        echo "== example $example"
        timeout 60 cargo run --quiet --example "$example"
    done
}

features() {
    local feature
    cargo check -p millpond-operators --no-default-features
    for feature in time tasks retry tokio-stream tower testing; do
        cargo check -p millpond-operators --no-default-features --features "$feature"
    done
    cargo check -p millpond-operators
    cargo check -p millpond --no-default-features
    cargo check -p millpond --no-default-features --features spec
    cargo check -p millpond --no-default-features --features dense
    cargo check -p millpond --no-default-features --features cuda
    cargo check -p millpond --no-default-features --features testing
    cargo check -p millpond
}

# Compiles every benchmark and runs each once, short, without judging figures.
benches() {
    local bench
    for bench in adaptive edge forest gpu operators pipeline inference; do
        cargo bench --features onnx --bench "$bench" -- --short
    done
}

# Everything for CUDA devices, on the emulator of the driver: no device is needed.
cuda() {
    cargo build -p millpond-cuda-emulator
    cargo test -p millpond-cuda-emulator -p millpond-ptx
    cargo test -p millpond --features cuda,testing --lib --test device --test dense --test 'cuda*'
    cargo test -p millpond --features cuda,testing --doc
}

# The stage before a device, what a machine with a device is checked with, and the
# two workflows, on the emulator.
gpu() {
    cargo test -p millpond --test never_starves
    cargo test -p millpond --features cuda --example network_anomaly --example user_behaviour
    scripts/gpu-check --emulator
    scripts/workflow network --emulator
    scripts/workflow behaviour --emulator
}

# Fails if `#[stage]` costs the compiler more than twice what the same does by hand.
macro_cost() { scripts/compile-cost --rounds 3 --most 2; }

# Compiles every kernel, compares it with the committed PTX, and assembles it for three
# generations of devices; neither needs one.
kernels() { scripts/kernels; }

# What is behind features that build fast.
dense() { cargo test -p millpond --features dense,testing --test dense --test device --test catalogue --test conformance; }

demo() { scripts/demo /etc; }

compare() { scripts/compare-magika --files 150 /usr/bin /usr/share /usr/lib /etc; }

# Trees beside the libraries that trained them: no bit may differ.
forest() { scripts/compare-forest --no-timing; }

all=(fmt clippy tests loom docs examples features onnx dense cuda kernels gpu benches macro_cost demo compare forest)

jobs=("$@")
[ "${jobs[*]}" = all ] && jobs=("${all[@]}")
usage() {
    echo "usage: scripts/ci.sh all | JOB...   jobs: ${all[*]}" >&2
    exit 2
}
[ ${#jobs[@]} -gt 0 ] || usage
for job in "${jobs[@]}"; do
    case " ${all[*]} " in *" $job "*) ;; *) usage ;; esac
done
for job in "${jobs[@]}"; do
    printf '\n=== %s\n' "$job"
    began=$SECONDS
    "$job"
    printf '=== %s passed in %d s\n' "$job" $((SECONDS - began))
done
