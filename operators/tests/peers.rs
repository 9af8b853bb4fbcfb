//! The kit against operators of other crates: each witness pins a known defect.
