// Finds one published vote by its tracking code and replays what it paid. The code never leaves this page:
// only the shelf it lies on, with hundreds of other votes, is asked for.
"use strict";
(() => {
  const form = document.getElementById("my-vote");
  const template = document.getElementById("found-template");
  const place = document.querySelector("[data-found]");
  if (!form || !template || !window.fetch) return;
  const field = form.querySelector("input[name=code]");
  const problem = form.querySelector("[data-problem]");
  const language = document.documentElement.lang;
  const shelfLength = Number(form.dataset.shelfLength);

  const asTyped = (text) =>
    [...text.toUpperCase()]
      .filter((c) => /[\p{L}\p{N}]/u.test(c))
      .join("")
      .replace(/O/g, "0")
      .replace(/[IL]/g, "1");
  const isCode = (code) => /^[0-9A-HJKMNP-TV-Z]{12}$/.test(code);

  // Exact fractions of whole numbers: [above, below], below > 0.
  const fraction = (value) => {
    const [above, below] = String(value).split("/");
    return [BigInt(above), BigInt(below || 1)];
  };
  const minus = ([a, b], [c, d]) => [a * d - c * b, b * d];
  const times = ([a, b], [c, d]) => [a * c, b * d];
  const least = (x, y) => (x[0] * y[1] <= y[0] * x[1] ? x : y);
  const ZERO = [0n, 1n];

  const worthOf = (number, points, content) => {
    if (content.outcome.bylaw.utility === "points") return [BigInt(points), 1n];
    if (content.outcome.bylaw.utility === "cost") return [BigInt(content.options[number][0]), 100n];
    return [1n, 1n];
  };

  const replay = (vote, content) => {
    const { outcome } = content;
    const share = outcome.endowment === null ? null : fraction(outcome.endowment);
    const worth = new Map(vote.map(([number, points]) => [String(number), worthOf(number, points, content)]));
    const paid = new Map();
    let left = share || ZERO;
    let earned = ZERO;
    for (const round of outcome.rounds) {
      if (round.price === null || !worth.has(round.project)) continue;
      const price = fraction(round.price);
      let pays;
      if (round.phase === "phragmen") {
        pays = minus(price, earned);
        earned = price;
      } else {
        pays = least(left, times(price, worth.get(round.project)));
      }
      paid.set(round.project, pays);
      left = minus(left, pays);
    }
    return { share, left, paid };
  };

  const amount = ([above, below], tiny) => {
    if (above > 0n && above * 200n < below) return tiny;
    const cents = (2n * above * 100n + below) / (2n * below);
    const whole = cents % 100n === 0n;
    return new Intl.NumberFormat(language, {
      style: "currency",
      currency: "EUR",
      minimumFractionDigits: whole ? 0 : 2,
      maximumFractionDigits: 2,
    }).format(Number(cents) / 100);
  };

  const show = (vote, content) => {
    const part = template.content.cloneNode(true);
    const tiny = part.querySelector("[data-tiny]").textContent;
    const { share, left, paid } = replay(vote, content);
    const winners = new Set(content.outcome.winners);
    const withPoints = content.outcome.bylaw.utility === "points";
    const model = part.querySelector("[data-row]");
    for (const [number, points] of vote) {
      const row = model.cloneNode(true);
      const [, title, titleLanguage] = content.options[number];
      const funded = winners.has(String(number));
      row.querySelector("[data-number]").textContent = number;
      row.querySelector("[data-title]").textContent = title;
      row.querySelector("[data-title]").lang = titleLanguage;
      row.querySelector(funded ? "[data-no]" : "[data-yes]").remove();
      row.querySelector("[data-paid]").textContent = amount(paid.get(String(number)) || ZERO, tiny);
      row.querySelector("[data-points]").textContent = points;
      model.before(row);
    }
    model.remove();
    if (share === null) part.querySelectorAll("[data-paid]").forEach((cell) => cell.remove());
    if (!withPoints) part.querySelectorAll("[data-points]").forEach((cell) => cell.remove());
    const some = vote.some(([number]) => winners.has(String(number)));
    part.querySelector(some ? "[data-some]" : "[data-none]").hidden = false;
    if (share !== null) {
      const sentence = part.querySelector("[data-share]");
      sentence.textContent = sentence.textContent
        .replace("{share}", amount(share, tiny))
        .replace("{left}", amount(left, tiny));
      sentence.hidden = false;
    }
    place.replaceChildren(part);
    place.querySelector("h2").focus();
  };

  const say = (text) => {
    problem.textContent = text;
    problem.hidden = false;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    field.removeAttribute("aria-invalid");
    place.replaceChildren();
    const code = asTyped(field.value);
    if (!isCode(code)) return say(form.dataset.wrong);
    const shelf = code.slice(0, shelfLength) || "all";
    try {
      const answer = await fetch(form.dataset.shelfUrl.replace("SHELF", shelf), { credentials: "omit" });
      if (!answer.ok) throw new Error(String(answer.status));
      const content = await answer.json();
      const vote = content.votes[code];
      return vote ? show(vote, content) : say(form.dataset.missing);
    } catch {
      return say(form.dataset.failed);
    }
  });
})();
