// What the pages say, in the languages they speak. A text may name {name}.

const TEXTS = {
  en: {
    signIn: "Sign in",
    forProgram: "{client} asks to be let into this home as you.",
    username: "Name",
    password: "Password",
    newPassword: "Password, 8 characters or more; a sentence is best",
    code: "Code",
    codeTitle: "One more thing",
    codeText: "The code of your authenticator app, or one of your recovery codes.",
    welcomeTitle: "Welcome home",
    welcomeText: "You are the first one here, and become the owner.",
    yourName: "Your name",
    begin: "Begin",
    invitedTitle: "Welcome, {name}",
    invitedText: "Choose a password; from then on you sign in with your name and it.",
    setPassword: "Set the password",
    go: "Continue",
    noLink: "This page needs the whole link: of an invitation, or the one that `homeserver up` prints.",
    leaving: "Done. You may go back to {client}.",
    invalid_auth: "The name or the password is wrong.",
    invalid_code: "That code does not fit, or was used already.",
    spent: "This link does not work (any more). Ask for a new one.",
    late: "That took too long. Load this page again.",
    unreachable: "The home cannot be reached.",
  },
  de: {
    signIn: "Anmelden",
    forProgram: "{client} möchte in Ihrem Namen in dieses Zuhause.",
    username: "Name",
    password: "Passwort",
    newPassword: "Passwort, mindestens 8 Zeichen; am besten ein Satz",
    code: "Code",
    codeTitle: "Noch etwas",
    codeText: "Der Code Ihrer Authentifizierungs-App oder einer Ihrer Wiederherstellungscodes.",
    welcomeTitle: "Willkommen zu Hause",
    welcomeText: "Sie sind als Erste oder Erster hier; Ihnen gehört dieses Zuhause.",
    yourName: "Ihr Name",
    begin: "Anfangen",
    invitedTitle: "Willkommen, {name}",
    invitedText: "Wählen Sie ein Passwort; damit und mit Ihrem Namen melden Sie sich künftig an.",
    setPassword: "Passwort festlegen",
    go: "Weiter",
    noLink: "Diese Seite braucht den ganzen Link: den einer Einladung oder den, den `homeserver up` ausgibt.",
    leaving: "Fertig. Sie können zu {client} zurückkehren.",
    invalid_auth: "Name oder Passwort stimmt nicht.",
    invalid_code: "Dieser Code passt nicht oder wurde schon benutzt.",
    spent: "Dieser Link gilt nicht (mehr). Bitten Sie um einen neuen.",
    late: "Das hat zu lange gedauert. Laden Sie die Seite neu.",
    unreachable: "Das Zuhause ist nicht erreichbar.",
  },
};

export const language = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in TEXTS) ?? "en";

/** A text in the reader's language, its names filled in. */
export function say(key, names = {}) {
  const text = TEXTS[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => names[name] ?? "");
}
