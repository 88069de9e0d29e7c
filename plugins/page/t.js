// t.js - the JavaScript API: what people do on your pages, told to Scoregate.
// Served as /t.js without these notes; works under a strict Content-Security-
// Policy (no eval, no inline code, no dependency). See scoregate-page(5).
//
// What is kept in the browser is one entry of localStorage, "scoregate", of
// the page's own origin: {v: visitor, w: who, c: consent}. Nothing is stored
// or sent while Do Not Track or Global Privacy Control is on, or, with
// data-consent="required", before scoregate('consent', true).
(function (win, doc, nav) {
	'use strict';
	var tag = doc.currentScript || doc.querySelector('script[src*="/t.js"]');
	if (!tag) return;
	var data = tag.dataset, key = 'scoregate', to = new URL('e', tag.src).href;
	var off = nav.doNotTrack == '1' || nav.globalPrivacyControl;
	var kept = {}, queue = [], timer, arrived, shown, told = 0, seen = 0, since = 0, n = 0;
	var files = new RegExp('\\.(' + (data.files || 'pdf|zip|gz|docx?|xlsx?|pptx?|csv|epub|mp3|mp4|dmg|exe|msi|deb|rpm|apk|ics') + ')$', 'i');

	// A storage that is closed to us is one that forgets.
	try { kept = JSON.parse(win.localStorage[key] || '{}') || {}; } catch (e) {}
	function keep() {
		try { win.localStorage[key] = JSON.stringify(kept); } catch (e) {}
	}
	function random() {
		return Array.from(win.crypto.getRandomValues(new Uint8Array(16)), function (b) {
				return (b + 256).toString(16).slice(1);
		}).join('');
	}
	var view = random().slice(0, 12);
	function may() {
		return !off && kept.c !== 0 && (kept.c === 1 || data.consent != 'required');
	}
	function here() { return win.location.href.split('#')[0]; }

	// The token of a click stands in the address for as long as it takes to read
	// it: nobody should copy it from there.
	function arrive() {
		var url = new URL(win.location.href), token = url.searchParams.get('sgi');
		if (!token) return;
		arrived = shown = token;
		url.searchParams.delete('sgi');
		win.history.replaceState(win.history.state, '', url);
	}

	function id() {
		if (!kept.v) { kept.v = random(); keep(); }
		return kept.v;
	}

	function body(events) {
		return JSON.stringify({id: id(), who: arrived || kept.w, url: here(),
				consent: kept.c === 1, events: events.map(function (e) {
						return {name: e.name, key: e.key, ago: Date.now() - e.at, url: e.url, props: e.props};
		})});
	}

	// Text is a request that needs no leave in advance (CORS); no cookie goes along.
	function ask(text, then) {
		win.fetch(to, {method: 'POST', body: text, keepalive: true, credentials: 'omit', mode: 'cors'})
			.then(function (answer) { return answer.json(); })
			.then(function (said) {
				if (said.forget) { delete kept.w; keep(); }
				if (said.who && may()) { kept.w = said.who; keep(); }
				if (then) then(said);
		})
			.catch(function () { if (then) then({}); });
	}

	function flush(leaving) {
		clearTimeout(timer);
		timer = 0;
		if (!may() || !(queue.length || arrived)) return;
		var text = body(queue.splice(0, 20));
		if (!(leaving && nav.sendBeacon && nav.sendBeacon(to, text))) {
			ask(text);
			arrived = null;
		}
		if (queue.length) flush(leaving);
	}

	function event(name, props) {
		if (off || kept.c === 0 || queue.length > 99) return;
		queue.push({name: name, key: view + '-' + n++, at: Date.now(), url: here(),
				props: Object.keys(props || {}).map(function (k) { return [k, String(props[k])]; })});
		if (!timer) timer = setTimeout(flush, 500);
	}

	function visit() {
		told = seen = 0;
		since = doc.visibilityState == 'visible' ? Date.now() : 0;
		event('page.visited', {title: doc.title, referrer: doc.referrer.split('?')[0]});
	}

	// The time that the page was to be seen; told when it no longer is.
	function leave() {
		if (since) seen += Date.now() - since;
		since = 0;
		var total = Math.round(seen / 1000), more = total - told;
		if (more > 0) {
			told = total;
			event('page.dwelled', {seconds: more, total: total});
		}
		flush(true);
	}

	var api = {
		event: event,
		page: function () { leave(); visit(); },
		identify: function (token) { arrived = shown = token; flush(); },
		consent: function (yes) {
			kept = {c: yes ? 1 : 0, v: yes ? kept.v : undefined, w: yes ? kept.w : undefined};
			if (off) return;
			keep();
			if (yes) flush(); else queue = [];
		},
		score: function (name, then) {
			// Who has just come by a link is known by its token until there is another.
			var who;
			if (typeof name == 'function') { then = name; name = 'lead'; }
			who = may() && then && (arrived || kept.w || shown);
			if (!who) return then && then(null);
			ask(JSON.stringify({id: id(), who: who, consent: kept.c === 1, ask: name}), function (said) {
					then('score' in said ? said.score : null);
			});
		}
	};
	function call(words) {
		if (api[words[0]]) api[words[0]].apply(null, [].slice.call(words, 1));
	}

	arrive();
	var before = win[key] && win[key].q || [];
	win[key] = function () { call(arguments); };
	visit();
	before.forEach(call);
	doc.addEventListener('visibilitychange', function () {
			if (doc.visibilityState == 'hidden') leave(); else since = Date.now();
	});
	win.addEventListener('pagehide', leave);
	function followed(e) {
		var a = e.target.closest && e.target.closest('a[href]');
		if (a && e.button < 2 && (a.hasAttribute('download') || files.test(a.pathname))) {
			event('file.downloaded', {file: String(a.href).split(/[?#]/)[0]});
			flush(true);
		}
	}
	doc.addEventListener('click', followed, true);
	doc.addEventListener('auxclick', followed, true);
	// A form of ours tells whose visits these were.
	doc.addEventListener('submit', function (e) {
			var form = e.target, field;
			if (!may() || !form.action || !form.action.indexOf || form.action.indexOf(new URL('f/', to).href)) return;
			field = form.elements.sg_visitor;
			if (!field) {
				field = doc.createElement('input');
				field.type = 'hidden';
				field.name = 'sg_visitor';
				form.appendChild(field);
			}
			field.value = id();
		}, true);
})(window, document, navigator);
