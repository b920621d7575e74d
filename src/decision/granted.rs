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

/// Proof that `P` is allowed for a request. It is only ever lent, by [`Visitor::granted`](crate::server::Visitor::granted):
/// what needs consent takes a `&Granted<P>`, which nobody can forge, own or copy, and which no task that outlives its request
/// can have.
///
/// ```compile_fail
/// let forged = consentry::Granted::<consentry::decision::Statistics>(core::marker::PhantomData);
/// ```
///
/// ```compile_fail
/// fn own(proof: &consentry::Granted<consentry::decision::Statistics>) -> consentry::Granted<consentry::decision::Statistics> {
///     proof.clone()
/// }
/// ```
pub struct Granted<P>(PhantomData<fn() -> P>);

impl<P: Purpose> fmt::Debug for Granted<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Granted({})", P::ID)
    }
}

impl Decision {
    /// Proof that `P` is allowed, for as long as the decision is borrowed. Not public: decisions can be cloned and kept.
    pub(crate) fn granted<P: Purpose>(&self) -> Option<&Granted<P>> {
        self.allows(P::ID).then_some(&Granted(PhantomData))
    }
}
