// Steps through the rounds of a count in place. Without it each round is a page of its own, with the same picture.
"use strict";
(() => {
  const story = document.getElementById("story");
  if (!story || !window.fetch || !window.DOMParser) return;
  const said = story.querySelector("[data-round-said]");
  const field = document.getElementById("round-number");
  const still =
    matchMedia("(prefers-reduced-motion: reduce)").matches || document.documentElement.matches(".calm-yes");
  let latest = "";

  const put = (found, pressed) => {
    const place = document.getElementById("round");
    place.replaceWith(document.adoptNode(found.getElementById("round")));
    field.value = found.getElementById("round-number").value;
    const same = pressed && story.querySelector(`#round a[rel=${pressed}]`);
    const target = same || (pressed && story.querySelector("#round a[rel]")) || document.getElementById("round-title");
    target.focus({ preventScroll: Boolean(pressed) });
    const words = [document.getElementById("round-title"), story.querySelector(".round-words")];
    said.textContent = words.map((each) => each.textContent.trim()).join(". ");
  };

  const show = async (address, { pressed = "", keep = true } = {}) => {
    latest = address;
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(String(answer.status));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (latest !== address) return;
      if (keep) history.pushState(null, "", address);
      if (still || !document.startViewTransition) put(found, pressed);
      else document.startViewTransition(() => put(found, pressed));
    } catch {
      location.assign(address);
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-round]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    show(link.href, { pressed: link.closest("#round") ? link.rel : "" });
  });
  story.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const address = new URL(location.href);
    address.searchParams.set("round", field.value);
    address.hash = "story";
    show(address.href);
  });
  story.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (!way || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const link = story.querySelector(`#round a[rel=${way}]`);
    if (!link) return;
    event.preventDefault();
    show(link.href, { pressed: way });
  });
  addEventListener("popstate", () => show(location.href, { keep: false }));
  story.querySelector("[data-keys]").hidden = false;
})();
