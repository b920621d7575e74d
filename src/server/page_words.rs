//! The words of the choices and history pages.

macro_rules! page_words {
    ($($(#[$doc:meta])* $field:ident: $english:literal, $german:literal, $french:literal;)+) => {
        /// The words of the choices and history pages in one language.
        pub(super) struct PageWords {
            $($(#[$doc])* pub(super) $field: &'static str,)+
        }

        const ENGLISH: PageWords = PageWords { $($field: $english,)+ };
        const GERMAN: PageWords = PageWords { $($field: $german,)+ };
        const FRENCH: PageWords = PageWords { $($field: $french,)+ };
    };
}

page_words! {
    back: "Back to the page", "Zurück zur Seite", "Retour à la page";
    never: "You have not answered yet.", "Sie haben noch nicht geantwortet.", "Vous n’avez pas encore répondu.";
    last: "Your last answer:", "Ihre letzte Antwort:", "Votre dernière réponse :";
    version: "version", "Fassung", "version";
    withdraw: "Withdraw everything", "Alles widerrufen", "Tout retirer";
    details: "What each service does", "Was die einzelnen Dienste tun", "Ce que fait chaque service";
    cookies: "Cookies", "Cookies", "Cookies";
    session: "until the browser is closed", "bis der Browser geschlossen wird", "jusqu’à la fermeture du navigateur";
    days: "days", "Tage", "jours";
    hours: "hours", "Stunden", "heures";
    minutes: "minutes", "Minuten", "minutes";
    data: "Data", "Daten", "Données";
    recipients: "Recipients", "Empfänger", "Destinataires";
    kept: "Kept for", "Aufbewahrt für", "Conservé pendant";
    known: "What this site’s cookie knows of you", "Was das Cookie dieser Website über Sie weiß",
        "Ce que le cookie de ce site sait de vous";
    present: "Cookies of this site in your browser:", "Cookies dieser Website in Ihrem Browser:",
        "Cookies de ce site dans votre navigateur :";
    none: "none", "keine", "aucun";
    export: "Download it", "Herunterladen", "Télécharger";
    forget: "Erase it", "Löschen", "Effacer";
    forget_ask: "After erasing, you are asked again and nothing optional happens until you answer.",
        "Nach dem Löschen werden Sie erneut gefragt; bis dahin geschieht nichts Freiwilliges.",
        "Après l’effacement, la question vous sera posée à nouveau ; rien d’optionnel d’ici là.";
    forget_default: "After erasing, what you refused is allowed again by default where you are.",
        "Nach dem Löschen ist an Ihrem Ort wieder erlaubt, was Sie abgelehnt haben.",
        "Après l’effacement, ce que vous avez refusé redevient permis par défaut là où vous êtes.";
    history: "What changed in this policy", "Was sich in dieser Erklärung geändert hat", "Ce qui a changé dans cette politique";
    no_history: "Nothing has changed since the first version.", "Seit der ersten Fassung hat sich nichts geändert.",
        "Rien n’a changé depuis la première version.";
    choices: "Your privacy choices", "Ihre Datenschutz-Auswahl", "Vos choix de confidentialité";
}

/// The words for `locale`; English where the library has no others.
pub(super) fn words(locale: &str) -> &'static PageWords {
    match locale.split('-').next() {
        Some("de") => &GERMAN,
        Some("fr") => &FRENCH,
        _ => &ENGLISH,
    }
}
