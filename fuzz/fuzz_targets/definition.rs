#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stepwarden_fuzz::definition(data));
