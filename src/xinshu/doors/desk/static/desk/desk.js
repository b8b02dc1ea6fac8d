// The desk's only script: shows how much of an upload is sent, and how far the work on a batch has come.
// Every page works without it: the form is an ordinary form, and the batch's page reloads itself.
"use strict";

const QUARTER = 25;
const EVERY = 1000;

// Chinese first, then English, each in its own language for screen readers; said anew only when it changes.
function tell(place, zh, en, more = "") {
  const said = `${zh} ${en} ${more}`.trim();
  if (place.dataset.said === said) return;
  place.dataset.said = said;
  const english = document.createElement("span");
  english.className = "en";
  english.lang = "en";
  english.textContent = en;
  place.replaceChildren(`${zh} `, english, ` ${more}`);
}

function sentence(place, name) {
  return place.dataset[name].split("|");
}

function sendWithProgress(form) {
  const bar = document.getElementById("bar");
  const sent = document.getElementById("sent");
  const told = document.getElementById("told");
  const refused = document.getElementById("refused");
  const button = document.getElementById("send");

  function refuse(zh, en) {
    bar.hidden = true;
    button.disabled = false;
    refused.hidden = false;
    tell(refused, zh, en);
    refused.tabIndex = -1;
    refused.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = document.getElementById("file").files[0];
    if (file && file.size > Number(form.dataset.limit)) return refuse(...sentence(told, "large"));
    refused.hidden = true;
    button.disabled = true;
    bar.hidden = false;
    tell(told, ...sentence(told, "sending"));
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    let quarter = 0;
    request.upload.addEventListener("progress", (moved) => {
      if (!moved.lengthComputable) return;
      const share = Math.floor((100 * moved.loaded) / moved.total);
      sent.value = share;
      // A screen reader is told each quarter, not each per cent.
      if (Math.floor(share / QUARTER) > quarter) {
        quarter = Math.floor(share / QUARTER);
        tell(told, ...sentence(told, "sending"), `${QUARTER * quarter} %`);
      }
    });
    request.upload.addEventListener("load", () => {
      sent.removeAttribute("value");
      tell(told, ...sentence(told, "checking"));
    });
    request.addEventListener("error", () => refuse(...sentence(told, "lost")));
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) location.assign(request.response.batch);
      else if (request.status === 413) refuse(...sentence(told, "large"));
      else if (request.response && request.response.refused) refuse(request.response.refused, "");
      else refuse(...sentence(told, "lost"));
    });
    request.send(new FormData(form));
  });
}

async function follow(place) {
  const done = document.getElementById("done");
  const told = document.getElementById("told");
  for (;;) {
    await new Promise((wake) => setTimeout(wake, EVERY));
    let answer;
    try {
      const response = await fetch(place.dataset.state, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      answer = await response.json();
    } catch {
      continue; // The connection may come back.
    }
    if (!answer.working) return location.reload();
    if (answer.total) {
      done.max = answer.total;
      done.value = answer.done;
    } else {
      done.removeAttribute("value");
    }
    const count = answer.total ? `${answer.done} / ${answer.total}` : answer.done || "";
    tell(told, answer.step.zh, answer.step.en, String(count));
  }
}

const form = document.getElementById("upload");
if (form) sendWithProgress(form);
const working = document.getElementById("working");
if (working) follow(working);
