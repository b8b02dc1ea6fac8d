// The desk's only script: shows how much of an upload is sent, and how far the work on a batch has come.
// Every page works without it: the form is an ordinary form, and the batch's page reloads itself.
"use strict";

const QUARTER = 25;
const EVERY = 1000;

function tell(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function sendWithProgress(form) {
  const bar = document.getElementById("bar");
  const sent = document.getElementById("sent");
  const told = document.getElementById("told");
  const refused = document.getElementById("refused");
  const button = document.getElementById("send");

  function refuse(text) {
    bar.hidden = true;
    button.disabled = false;
    refused.hidden = false;
    refused.textContent = text;
    refused.tabIndex = -1;
    refused.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = document.getElementById("file").files[0];
    if (file && file.size > Number(form.dataset.limit)) return refuse(told.dataset.large);
    refused.hidden = true;
    button.disabled = true;
    bar.hidden = false;
    tell(told, told.dataset.sending);
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
        tell(told, `${told.dataset.sending} ${QUARTER * quarter} %`);
      }
    });
    request.upload.addEventListener("load", () => {
      sent.removeAttribute("value");
      tell(told, told.dataset.checking);
    });
    request.addEventListener("error", () => refuse(told.dataset.lost));
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) location.assign(request.response.batch);
      else if (request.status === 413) refuse(told.dataset.large);
      else refuse((request.response && request.response.refused) || told.dataset.lost);
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
    tell(told, `${answer.step.zh} ${answer.step.en} ${count}`.trim());
  }
}

const form = document.getElementById("upload");
if (form) sendWithProgress(form);
const working = document.getElementById("working");
if (working) follow(working);
