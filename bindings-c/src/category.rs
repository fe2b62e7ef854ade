//! The categories by number.

/// The kinds of protected health information. Numbers are frozen. In the order of 45 CFR 164.514(b)(2)(i).
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum cg_category {
    /// A person.
    Name = 1,
    /// Any element of a date but the year.
    Date = 2,
    /// An age over 89.
    Age = 3,
    /// Geography below the state.
    Location = 4,
    /// A body that places or employs a person.
    Organization = 5,
    /// A telephone or pager number.
    Phone = 6,
    /// A fax number.
    Fax = 7,
    /// An e-mail address.
    Email = 8,
    /// A social security number or its last four digits.
    Ssn = 9,
    /// A medical record number.
    Mrn = 10,
    /// A health plan number.
    HealthPlan = 11,
    /// An account, card or routing number.
    Account = 12,
    /// A certificate or licence number.
    License = 13,
    /// A vehicle identification number or number plate.
    Vehicle = 14,
    /// A device identifier or serial number.
    Device = 15,
    /// A web address.
    Url = 16,
    /// An internet protocol address.
    Ip = 17,
    /// A biometric identifier.
    Biometric = 18,
    /// Any other unique number, characteristic or code.
    OtherId = 19,
    /// The patient's profession.
    Profession = 20,
}

// The numbers here and in the core are the same numbers.
const _: () = {
    use chartguard::Category;
    assert!(Category::Name as u8 == cg_category::Name as u8);
    assert!(Category::Organization as u8 == cg_category::Organization as u8);
    assert!(Category::Mrn as u8 == cg_category::Mrn as u8);
    assert!(Category::Device as u8 == cg_category::Device as u8);
    assert!(Category::Profession as u8 == cg_category::Profession as u8);
};
