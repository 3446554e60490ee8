// Keeps the running total of a ballot in words while someone chooses. The server says the same without it.
"use strict";
(() => {
  const form = document.getElementById("ballot");
  if (!form) return;
  const { kind, within, over, many } = form.dataset;
  const most = Number(form.dataset.most);
  const whole = Number(form.dataset.whole);
  const total = form.querySelector("[data-total]");
  const list = form.querySelector("[data-chosen]");
  const language = document.documentElement.lang;
  const plain = new Intl.NumberFormat(language);
  const money = (cents) =>
    new Intl.NumberFormat(language, {
      style: "currency",
      currency: "EUR",
      minimumFractionDigits: cents % 100 ? 2 : 0,
      maximumFractionDigits: 2,
    }).format(cents / 100);
  const write = kind === "basket" ? money : (number) => plain.format(number);

  // An option ticked on this page and one carried over from another page never share a number.
  const chosenNow = () =>
    [...form.querySelectorAll(".option input")]
      .map((input) => ({
        item: input.closest("li"),
        points: kind === "points" ? Math.max(0, Math.trunc(Number(input.value) || 0)) : Number(input.checked),
      }))
      .filter((each) => each.points > 0);

  const filled = (pattern, gaps) => pattern.replace(/\{(\w+)\}/g, (_gap, name) => gaps[name]);

  const words = (chosen) => {
    const points = chosen.reduce((sum, each) => sum + each.points, 0);
    const cost = chosen.reduce((sum, each) => sum + Number(each.item.dataset.cost), 0);
    const used = kind === "points" ? points : kind === "basket" ? cost : chosen.length;
    const gaps = {
      chosen: plain.format(chosen.length),
      most: plain.format(most),
      left: write(Math.max(whole - used, 0)),
      whole: write(whole),
      over: write(Math.max(used - whole, 0)),
    };
    let said = filled(used > whole ? over : within, gaps);
    const extra = chosen.length - most;
    if (many && extra > 0) said += ". " + filled(many, { ...gaps, over: plain.format(extra) });
    return { said, tooMuch: used > whole || extra > 0 };
  };

  const line = (each) => {
    const made = document.createElement("li");
    made.append(each.item.querySelector(".option-number").cloneNode(true), " ");
    made.append(each.item.querySelector(".option-title").cloneNode(true));
    if (kind === "points") {
      const points = document.createElement("span");
      points.className = "chosen-points";
      points.textContent = plain.format(each.points);
      made.append(points);
    }
    return made;
  };

  const refresh = () => {
    const chosen = chosenNow();
    const { said, tooMuch } = words(chosen);
    if (total.textContent !== said) total.textContent = said;
    total.classList.toggle("over", tooMuch);
    const number = (each) => Number(each.item.querySelector(".option-number").textContent);
    list.replaceChildren(...chosen.sort((a, b) => number(a) - number(b)).map(line));
  };

  form.querySelector("[data-again]").remove();
  form.addEventListener("input", refresh);
  // Going back in the browser brings ticks back after this script ran.
  window.addEventListener("pageshow", refresh);
  refresh();
})();
