//! Status codes. Their numbers are frozen.

use chartguard::ErrorCode;

/// What became of a call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum cg_status {
    /// The call did what it was asked.
    Ok = 0,
    /// An argument broke the contract of the function (NULL where it is not allowed, an index past the end).
    Argument = 1,
    /// The text cannot be processed, for example because it is not UTF-8.
    Input = 2,
    /// A configuration or policy is wrong.
    Config = 3,
    /// A rubric is wrong.
    Rubric = 4,
    /// A model could not be loaded.
    Model = 5,
    /// A model failed while running.
    Inference = 6,
    /// A file could not be read or written.
    Io = 7,
    /// A defect in chartguard was found by its own checks.
    Internal = 8,
    /// A defect in chartguard stopped the call.
    Panic = 9,
    /// A secret key is malformed, missing, or not the one that was used.
    Key = 10,
    /// A text to be restored, or a vault, was changed.
    Tampered = 11,
    /// The actor is not allowed to do it.
    Access = 12,
    /// The token of the call was set, or its time was over.
    Cancelled = 13,
}

impl cg_status {
    pub(crate) fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Input => Self::Input,
            ErrorCode::Config => Self::Config,
            ErrorCode::Rubric => Self::Rubric,
            ErrorCode::Model => Self::Model,
            ErrorCode::Inference => Self::Inference,
            ErrorCode::Io => Self::Io,
            ErrorCode::Key => Self::Key,
            ErrorCode::Tampered => Self::Tampered,
            ErrorCode::Access => Self::Access,
            ErrorCode::Cancelled => Self::Cancelled,
            ErrorCode::Panic => Self::Panic,
            _ => Self::Internal,
        }
    }
}
