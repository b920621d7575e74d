//! Proof that something was granted.

use core::{fmt, marker::PhantomData};

use super::Decision;

/// An id that proofs are made for.
///
/// ```
/// struct Newsletter;
/// impl consentry::Purpose for Newsletter {
///     const ID: &'static str = "newsletter";
/// }
/// ```
pub trait Purpose {
    /// The id of a category or service.
    const ID: &'static str;
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $id:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Purpose for $name {
            const ID: &'static str = $id;
        }
    )+};
}

purposes! {
    /// The category `preferences`.
    Preferences = "preferences",
    /// The category `statistics`.
    Statistics = "statistics",
    /// The category `marketing`.
    Marketing = "marketing",
}

/// Proof that `P` is allowed for this request. Only a [`Decision`] makes it, and it cannot be copied.
///
/// Let what needs consent take a `&Granted<P>`: a reference cannot leave the request, so neither a task that outlives it
/// nor a static can have one. What is done with the proof itself is the handler's word; with the server's own cookies, a
/// proof of another request proves nothing.
///
/// ```compile_fail
/// let forged = consentry::Granted::<consentry::decision::Statistics>(core::marker::PhantomData);
/// ```
///
/// ```compile_fail
/// fn keep(proof: &consentry::Granted<consentry::decision::Statistics>) {
///     let copy = proof.clone();
///     drop::<consentry::Granted<consentry::decision::Statistics>>(copy);
/// }
/// ```
#[must_use]
pub struct Granted<P>(PhantomData<fn() -> P>);

impl<P: Purpose> fmt::Debug for Granted<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Granted({})", P::ID)
    }
}

impl Decision {
    /// Proof that `P` is allowed; `None` if it is not.
    pub fn granted<P: Purpose>(&self) -> Option<Granted<P>> {
        self.allows(P::ID).then_some(Granted(PhantomData))
    }
}
