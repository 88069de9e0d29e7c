-- A store of schema 2, as its release wrote it: a demo, and by hand a link,
-- consent, folded history, a run of the rules, a broadcast half sent.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
 name  TEXT PRIMARY KEY,
 value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES('automation.bands','');
INSERT INTO meta VALUES('automation.recompute','0');
INSERT INTO meta VALUES('checkpoint_ledger_id','1882535794314313748 2');
INSERT INTO meta VALUES('degrade.0','1=2,1');
INSERT INTO meta VALUES('degrade.1','1=2,1');
INSERT INTO meta VALUES('degrade.2','1=2,1');
INSERT INTO meta VALUES('generation','2');
INSERT INTO meta VALUES('order.1','8 6 2 3 1 4 7 5 ');
INSERT INTO meta VALUES('order.2','8 6 2 3 1 4 9 5 ');
INSERT INTO meta VALUES('schema','2');
INSERT INTO meta VALUES('segments.2','{"warm":"has score >= 25"}');
CREATE TABLE spool_position (
 spool_id TEXT PRIMARY KEY,              -- hex
 segment  INTEGER NOT NULL,
 position INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO spool_position VALUES('b3e11d07d5062f4afc7d38b923d48019',1,15907);
CREATE TABLE record (
 id         INTEGER PRIMARY KEY,         -- small and dense: index of the scoreboard
 record_key INTEGER UNIQUE,              -- the hash in tokens, as signed 64 bit; NULL = deleted
 module     TEXT NOT NULL DEFAULT 'contact',
 key        TEXT NOT NULL,               -- normal form; '' = not known yet, or deleted
 created_at INTEGER NOT NULL,
 deleted_at INTEGER
);
INSERT INTO record VALUES(1,2876663933499267717,'contact','ann@orchard.example',1788414036000,NULL);
INSERT INTO record VALUES(2,-346256692840583820,'contact','ben@harbour.example',1795326035489,NULL);
INSERT INTO record VALUES(3,-6137579106033031575,'contact','cleo@atelier.example',1795326035519,NULL);
INSERT INTO record VALUES(4,-8957936082554453449,'contact','dan@gone.example',1795326035547,NULL);
INSERT INTO record VALUES(5,-388617736341756367,'contact','eve@meadow.example',1791006036000,NULL);
INSERT INTO record VALUES(6,6120045779056468085,'account','Orchard Ltd',1795326036306,NULL);
INSERT INTO record VALUES(7,NULL,'contact','',1795326036675,1795326036702);
INSERT INTO record VALUES(8,-2423657085285275163,'contact','fay@shore.example',1795326036723,NULL);
INSERT INTO record VALUES(9,415358449420978764,'contact','gil@new.example',1795326036765,NULL);
CREATE TABLE record_alias (
 record_key INTEGER PRIMARY KEY,
 record_id  INTEGER NOT NULL
);
CREATE TABLE field (                            -- derived
 record_id INTEGER NOT NULL,
 name      TEXT NOT NULL,
 value     TEXT NOT NULL,
 PRIMARY KEY (record_id, name)
) WITHOUT ROWID;
INSERT INTO field VALUES(1,'first_name','Ann');
INSERT INTO field VALUES(2,'first_name','Ben');
INSERT INTO field VALUES(3,'first_name','Cleo');
INSERT INTO field VALUES(4,'first_name','Dan');
INSERT INTO field VALUES(5,'first_name','Eve');
INSERT INTO field VALUES(8,'first_name','Fay');
INSERT INTO field VALUES(9,'first_name','Gil');
INSERT INTO field VALUES(3,'job_title','buyer');
CREATE TABLE record_tag (                       -- derived
 record_id INTEGER NOT NULL,
 tag       TEXT NOT NULL,
 PRIMARY KEY (tag, record_id)
) WITHOUT ROWID;
INSERT INTO record_tag VALUES(1,'good');
INSERT INTO record_tag VALUES(2,'good');
CREATE TABLE list (
 name       TEXT PRIMARY KEY,
 title      TEXT NOT NULL DEFAULT '',
 created_at INTEGER NOT NULL,
 deleted_at INTEGER
) WITHOUT ROWID;
INSERT INTO list VALUES('news','Juniper news',1795326035429,NULL);
CREATE TABLE list_member (                      -- derived
 list      TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 state     INTEGER NOT NULL,             -- 1 joined, 2 unconfirmed, 3 left
 since     INTEGER NOT NULL,
 how       TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (list, record_id)
) WITHOUT ROWID;
INSERT INTO list_member VALUES('news',1,1,1795326035450,'cli');
INSERT INTO list_member VALUES('news',2,1,1795326035489,'cli');
INSERT INTO list_member VALUES('news',3,1,1795326035519,'cli');
INSERT INTO list_member VALUES('news',4,1,1795326035547,'cli');
INSERT INTO list_member VALUES('news',5,1,1795326035585,'cli');
INSERT INTO list_member VALUES('news',9,1,1795326036765,'cli');
CREATE TABLE suppression (
 record_key INTEGER PRIMARY KEY,         -- works for unknown records too
 reason     TEXT NOT NULL,               -- hard-bounce, soft-bounces, complaint, manual
 evidence   TEXT NOT NULL DEFAULT '',
 source     TEXT NOT NULL DEFAULT '',
 created_at INTEGER NOT NULL,
 expires_at INTEGER
);
INSERT INTO suppression VALUES(-8957936082554453449,'hard-bounce','550 5.1.1 No such user here','engine',1795326035716,NULL);
INSERT INTO suppression VALUES(4198975829698689122,'manual','','cli',1795326036590,NULL);
CREATE TABLE history (
 id             INTEGER PRIMARY KEY,     -- received ms << 20 | counter
 record_id      INTEGER NOT NULL,        -- 0 = unmatched
 record_key     INTEGER NOT NULL,
 happened_at    INTEGER NOT NULL,
 received_at    INTEGER NOT NULL,
 kind           INTEGER NOT NULL,        -- enum signal_kind
 name           TEXT NOT NULL,
 message_id     INTEGER NOT NULL DEFAULT 0,
 source         TEXT NOT NULL DEFAULT '',
 actor          TEXT NOT NULL DEFAULT '',
 because        TEXT NOT NULL DEFAULT '',
 verdict        INTEGER NOT NULL DEFAULT 0,
 verdict_reason TEXT NOT NULL DEFAULT '',
 settle_until   INTEGER,                 -- not scored before
 effective      INTEGER NOT NULL DEFAULT 1, -- derived: a change that changed something
 ruleset        INTEGER NOT NULL,        -- the rules in force when it was received
 props          TEXT NOT NULL DEFAULT '{}'  -- JSON object of strings
, generation INTEGER);
INSERT INTO history VALUES(1882535792948019200,1,2876663933499267717,1795326035450,1795326035450,2,'record.created',0,'cli','root','',0,'',NULL,0,1,'{}',NULL);
INSERT INTO history VALUES(1882535792948019201,1,2876663933499267717,1795326035450,1795326035450,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Ann"}',NULL);
INSERT INTO history VALUES(1882535792948019202,1,2876663933499267717,1795326035450,1795326035450,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882535792988913664,2,-346256692840583820,1795326035489,1795326035489,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535792988913665,2,-346256692840583820,1795326035489,1795326035489,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Ben"}',NULL);
INSERT INTO history VALUES(1882535792988913666,2,-346256692840583820,1795326035489,1795326035489,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882535793020370944,3,-6137579106033031575,1795326035519,1795326035519,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535793020370945,3,-6137579106033031575,1795326035519,1795326035519,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Cleo"}',NULL);
INSERT INTO history VALUES(1882535793020370946,3,-6137579106033031575,1795326035519,1795326035519,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882535793049731072,4,-8957936082554453449,1795326035547,1795326035547,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535793049731073,4,-8957936082554453449,1795326035547,1795326035547,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Dan"}',NULL);
INSERT INTO history VALUES(1882535793049731074,4,-8957936082554453449,1795326035547,1795326035547,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882535793089576960,5,-388617736341756367,1795326035585,1795326035585,2,'record.created',0,'cli','root','',0,'',NULL,0,1,'{}',NULL);
INSERT INTO history VALUES(1882535793089576961,5,-388617736341756367,1795326035585,1795326035585,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Eve"}',NULL);
INSERT INTO history VALUES(1882535793089576962,5,-388617736341756367,1795326035585,1795326035585,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882535793153540096,1,2876663933499267717,1795326035646,1795326035646,1,'email.sent',117658487072158607,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.ann@orchard.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793186045952,2,-346256692840583820,1795326035677,1795326035677,1,'email.sent',117658487074190224,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.ben@harbour.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793191288832,3,-6137579106033031575,1795326035682,1795326035682,1,'email.sent',117658487074517905,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.cleo@atelier.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793215406080,4,-8957936082554453449,1795326035705,1795326035705,1,'email.sent',117658487076025234,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.dan@gone.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793222746112,5,-388617736341756367,1795326035712,1795326035712,1,'email.sent',117658487076483987,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.eve@meadow.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793226940416,4,-8957936082554453449,1795326035716,1795326035716,1,'email.bounced',117658487076025234,'bounce','','',0,'',NULL,1,1,'{"class":"hard","reason":"user-unknown","status":"5.1.1","diagnostic":"550 5.1.1 No such user here","recipient":"dan@gone.example","campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882535793242669057,4,-8957936082554453449,1795326035716,1795326035716,13,'record.suppressed',117658487076025234,'engine','','email.bounced',0,'',NULL,1,1,'{"reason":"hard-bounce","evidence":"550 5.1.1 No such user here"}',NULL);
INSERT INTO history VALUES(1882535793242669058,4,-8957936082554453449,1795326035716,1795326035716,13,'record.suppressed',117658487076025234,'bounce','','',0,'',NULL,0,1,'{"reason":"hard-bounce","evidence":"550 5.1.1 No such user here","campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882535793254203392,1,2876663933499267717,1795326035742,1795326035742,1,'email.opened',117658487072158607,'open','','',0,'',NULL,1,1,'{"campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882535793284612097,2,-346256692840583820,1795326035743,1795326035743,1,'email.opened',117658487074190224,'open','','',0,'',NULL,1,1,'{"campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882535793284612099,1,2876663933499267717,1795326035743,1795326035743,1,'email.clicked',117658487072158607,'click','','',0,'',NULL,1,1,'{"url":"https://shop.juniper.example/teas?season=spring&sort=new","campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882535793300340736,3,-6137579106033031575,1795326035786,1795326035786,4,'field.changed',0,'form','','',0,'',NULL,0,1,'{"name":"first_name","value":"Cleo","only_if":"empty"}',NULL);
INSERT INTO history VALUES(1882535793300340737,3,-6137579106033031575,1795326035786,1795326035786,4,'field.changed',0,'form','','',0,'',NULL,1,1,'{"name":"job_title","value":"buyer","only_if":"empty"}',NULL);
INSERT INTO history VALUES(1882535793323409409,3,-6137579106033031575,1795326035786,1795326035786,7,'list.joined',0,'form','','',0,'',NULL,0,1,'{"list":"news","how":"form","only_if":"not_left","source":"form brochure","wording":""}',NULL);
INSERT INTO history VALUES(1882535793323409410,3,-6137579106033031575,1795326035786,1795326035786,1,'form.submitted',0,'form','','',0,'',NULL,1,1,'{"form":"brochure","first_name":"Cleo","job_title":"buyer","submission":"01a201c5474af394"}',NULL);
INSERT INTO history VALUES(1882535793323409412,2,-346256692840583820,1795326035789,1795326035789,1,'order.paid',0,'webhook','','',0,'',NULL,1,1,'{"order":"2026-117","total":"48.5"}',NULL);
INSERT INTO history VALUES(1882535793323409415,2,-346256692840583820,1795326035789,1795326035808,5,'tag.added',0,'automation','automation Good customer','score rises to 50 (55)',0,'',NULL,1,1,'{"tag":"good"}',NULL);
INSERT INTO history VALUES(1882535793323409417,2,-346256692840583820,1795326035808,1795326035808,23,'sequence.started',0,'sequence','sequence After an order','tag ''good''',0,'',NULL,1,1,'{"sequence":"After an order"}',NULL);
INSERT INTO history VALUES(1882535793325506561,2,-346256692840583820,1795326035810,1795326035810,23,'sequence.stepped',0,'sequence','sequence After an order','step Thanks: sent',0,'',NULL,1,1,'{"sequence":"After an order","step":"Thanks","what":"sent"}',NULL);
INSERT INTO history VALUES(1882535793339138048,2,-346256692840583820,1795326035823,1795326035823,1,'email.sent',117658487082845856,'engine','','',0,'',NULL,1,1,'{"campaign":"thanks","subject":"Thank you, Ben","rfc_id":"<01a201c5476206a0.fb31d95f5622ad74@juniper.example>","sender":"ann@juniper.example","broadcast":"thanks","tracking":"none"}',NULL);
INSERT INTO history VALUES(1882535793600233472,2,-346256692840583820,1795326036072,1795326036072,1,'email.sent',117658487098241942,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Ben, a tin is put aside for you","rfc_id":"<01a201c5484cf396.fb31d95f5622ad74@juniper.example>","sender":"news@juniper.example","broadcast":"tin","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793607573504,2,-346256692840583820,1795326036079,1795326036079,1,'broadcast.sent',117658487098241942,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}',NULL);
INSERT INTO history VALUES(1882535793607573505,1,2876663933499267717,1795326036073,1795326036073,1,'email.sent',117658487098241941,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Ann, a tin is put aside for you","rfc_id":"<01a201c5484cf395.27ebf69b3666da85@juniper.example>","sender":"news@juniper.example","broadcast":"tin","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793608622080,3,-6137579106033031575,1795326036080,1795326036080,1,'email.sent',117658487098241943,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Cleo, a tin is put aside for you","rfc_id":"<01a201c5484cf397.aad2f052440aa669@juniper.example>","sender":"news@juniper.example","broadcast":"tin","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535793610719232,1,2876663933499267717,1795326036082,1795326036082,1,'broadcast.sent',117658487098241941,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}',NULL);
INSERT INTO history VALUES(1882535793613864960,3,-6137579106033031575,1795326036085,1795326036085,1,'broadcast.sent',117658487098241943,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}',NULL);
INSERT INTO history VALUES(1882535793845600256,6,6120045779056468085,1795326036306,1795326036306,2,'record.created',0,'engine','','record.linked',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535793845600257,1,2876663933499267717,1795326036306,1795326036306,16,'record.linked',0,'cli','root','',0,'',NULL,1,1,'{"relation":"account","module":"account","key":"Orchard Ltd","to":"6","end":"54eec535edca2075","one":"yes"}',NULL);
INSERT INTO history VALUES(1882535793874960384,1,2876663933499267717,1792713599999,1795326042176,22,'record.opening',0,'engine','','before 2026-10-23',0,'',NULL,1,2,'{"state.00":"AQITYW5uQG9yY2hhcmQuZXhhbXBsZQHAoMTcjGgAAAAAAAAAAAAAAAABBgkBAAAAAAAAAABAS_rit1IOOkDAoLe8pmgAAAIABgEAAAAAAAAiQMDwuKCjaICAgJCTlY6gNAAGAQAAAAAAACJAwKC3vKZogICAqZOVjqA0AAQGCQEAAAAAAAAAAABAAAAAAAAAIkDAoMTcjGjA4LCss2iAgIDukpWOoDQGCQEAAAAAAAAAAABAAAAAAAAAIkDAgMGUk2jAwK3kuWiAgID7kpWOoDQGCQEAAAAAAAAAAABAAAAAAAAAIkDA8Ligo2jAsKXwyWiAgICQk5WOoDQGCQEAAAAAAAAAAABAAAAAAAAAIkDAoLe8pmjA4KOMzWiAgICpk5WOoDQAAQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQHhTXNY-ZDVAAAAAAAAAAAACCWNhbGwuaGVsZADAoMTcjGjAoLe8pmgEDXNjb3JlLmNoYW5nZWQAwKDE3IxowKC3vKZoBA"}',NULL);
INSERT INTO history VALUES(1882535793968283648,1,2876663933499267717,1795066836000,1795326036423,1,'call.held',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535794003935232,1,2876663933499267717,1795239636000,1795326036457,1,'call.held',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535794038538240,5,-388617736341756367,1792713599999,1795326042176,22,'record.opening',0,'engine','','before 2026-10-23',0,'',NULL,1,2,'{"state.00":"AQISZXZlQG1lYWRvdy5leGFtcGxlAcDAuoSgaAAAAAAAAAAAAAAAAAEGCQEAAAAAAAAAAEAAAAAAAAAiQMDAuoSgaAAAAQAGAQAAAAAAACJAwMC6hKBogICAipSVjqA0AAEGCQEAAAAAAAAAAABAAAAAAAAAIkDAwLqEoGjAgKfUxmiAgICKlJWOoDQAAQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQEuP0V8lJhhAAAAAAAAAAAACCWNhbGwuaGVsZADAwLqEoGjAwLqEoGgBDXNjb3JlLmNoYW5nZWQAwMC6hKBowMC6hKBoAQ"}',NULL);
INSERT INTO history VALUES(1882535794076286976,1,2876663933499267717,1795326036000,1795326036526,1,'call.held',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535794077335554,1,2876663933499267717,1795326036527,1795326036527,5,'tag.added',0,'automation','automation Good customer','score rises to 50 (51.1582)',0,'',NULL,1,1,'{"tag":"good"}',NULL);
INSERT INTO history VALUES(1882535794077335556,1,2876663933499267717,1795326036527,1795326036527,23,'sequence.started',0,'sequence','sequence After an order','tag ''good''',0,'',NULL,1,1,'{"sequence":"After an order"}',NULL);
INSERT INTO history VALUES(1882535794082578433,1,2876663933499267717,1795326036532,1795326036532,23,'sequence.stepped',0,'sequence','sequence After an order','step Thanks: sent',0,'',NULL,1,1,'{"sequence":"After an order","step":"Thanks","what":"sent"}',NULL);
INSERT INTO history VALUES(1882535794105647104,1,2876663933499267717,1795326036554,1795326036554,1,'email.sent',117658487130224592,'engine','','',0,'',NULL,1,1,'{"campaign":"thanks","subject":"Thank you, Ann","rfc_id":"<01a201c54a34f7d0.27ebf69b3666da85@juniper.example>","sender":"ann@juniper.example","broadcast":"thanks","tracking":"none"}',NULL);
INSERT INTO history VALUES(1882535794120327168,3,-6137579106033031575,1795326036568,1795326036568,20,'consent.changed',0,'cli','root','',0,'',NULL,1,1,'{"what":"opens","state":"denied","source":"letter","wording":"no pictures"}',NULL);
INSERT INTO history VALUES(1882535794143395840,0,4198975829698689122,1795326036590,1795326036590,13,'record.suppressed',0,'cli','root','',0,'',NULL,1,1,'{"reason":"manual"}',NULL);
INSERT INTO history VALUES(1882535794192678912,5,-388617736341756367,1795326036637,1795326036637,11,'score.set',0,'cli','root','by hand',0,'',NULL,1,1,'{"score":"lead","points":"40"}',NULL);
INSERT INTO history VALUES(1882535794207358976,3,-6137579106033031575,1795326036651,1795326036651,10,'score.added',0,'cli','root','a talk',0,'',NULL,1,1,'{"score":"lead","points":"12"}',NULL);
INSERT INTO history VALUES(1882535794282856448,8,-2423657085285275163,1795326036723,1795326036723,2,'record.created',0,'import','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882535794282856449,8,-2423657085285275163,1795326036723,1795326036723,4,'field.changed',0,'import','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Fay"}',NULL);
INSERT INTO history VALUES(1882535794282856450,8,-2423657085285275163,1795326036723,1795326036723,11,'score.set',0,'import','root','',0,'',NULL,1,1,'{"score":"lead","points":"7"}',NULL);
INSERT INTO history VALUES(1882535794326896640,9,415358449420978764,1795326036765,1795326036765,2,'record.created',0,'cli','root','',0,'',NULL,1,2,'{}',NULL);
INSERT INTO history VALUES(1882535794326896641,9,415358449420978764,1795326036765,1795326036765,4,'field.changed',0,'cli','root','',0,'',NULL,1,2,'{"name":"first_name","value":"Gil"}',NULL);
INSERT INTO history VALUES(1882535794326896642,9,415358449420978764,1795326036765,1795326036765,7,'list.joined',0,'cli','root','',0,'',NULL,1,2,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882535794374082560,2,-346256692840583820,1795326036810,1795326036810,1,'email.sent',117658487148311448,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Ben, a tin is put aside for you","rfc_id":"<01a201c54b48f398.fb31d95f5622ad74@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535794378276864,2,-346256692840583820,1795326036814,1795326036814,1,'broadcast.sent',117658487148311448,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
INSERT INTO history VALUES(1882535794396102656,3,-6137579106033031575,1795326036831,1795326036831,1,'email.sent',117658487148376985,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Cleo, a tin is put aside for you","rfc_id":"<01a201c54b49f399.aad2f052440aa669@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"clicks"}',NULL);
INSERT INTO history VALUES(1882535794406588416,3,-6137579106033031575,1795326036841,1795326036841,1,'broadcast.sent',117658487148376985,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
INSERT INTO history VALUES(1882535794407636992,5,-388617736341756367,1795326036842,1795326036842,1,'email.sent',117658487148376986,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Eve, a tin is put aside for you","rfc_id":"<01a201c54b49f39a.fa9b5a3a4feee631@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535794407636993,9,415358449420978764,1795326036842,1795326036842,1,'email.sent',117658487148376987,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Gil, a tin is put aside for you","rfc_id":"<01a201c54b49f39b.05c3a64f2031ca4c@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882535794413928448,5,-388617736341756367,1795326036848,1795326036848,1,'broadcast.sent',117658487148376986,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
INSERT INTO history VALUES(1882535794419171328,9,415358449420978764,1795326036853,1795326036853,1,'broadcast.sent',117658487148376987,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
CREATE TABLE external_id (
 day         INTEGER NOT NULL,
 external_id INTEGER NOT NULL,
 PRIMARY KEY (day, external_id)
) WITHOUT ROWID;
INSERT INTO external_id VALUES(20779,-9085899588960725647);
INSERT INTO external_id VALUES(20779,-9043873447571279021);
INSERT INTO external_id VALUES(20779,-7907162377359869013);
INSERT INTO external_id VALUES(20779,-7591328533745510785);
INSERT INTO external_id VALUES(20779,-7468837789682217485);
INSERT INTO external_id VALUES(20779,-7009276798221235777);
INSERT INTO external_id VALUES(20779,-7002480184660908627);
INSERT INTO external_id VALUES(20779,-5744377781061174069);
INSERT INTO external_id VALUES(20779,-5024408526358414399);
INSERT INTO external_id VALUES(20779,-3992083160129741238);
INSERT INTO external_id VALUES(20779,-2137161775374077792);
INSERT INTO external_id VALUES(20779,-126464668117410961);
INSERT INTO external_id VALUES(20779,281279078170178167);
INSERT INTO external_id VALUES(20779,417028595558065464);
INSERT INTO external_id VALUES(20779,554656590868402053);
INSERT INTO external_id VALUES(20779,1687728306183797274);
INSERT INTO external_id VALUES(20779,2017942336907648961);
INSERT INTO external_id VALUES(20779,2324648298067139362);
INSERT INTO external_id VALUES(20779,3876743721615897248);
INSERT INTO external_id VALUES(20779,4096153887204240089);
INSERT INTO external_id VALUES(20779,5013857687965411499);
INSERT INTO external_id VALUES(20779,6637085265334456398);
INSERT INTO external_id VALUES(20779,6758560371741108979);
INSERT INTO external_id VALUES(20779,7904889909562826410);
INSERT INTO external_id VALUES(20779,8026306678111925219);
INSERT INTO external_id VALUES(20779,8594720608116617593);
INSERT INTO external_id VALUES(20779,9216372772455460057);
CREATE TABLE message (
 message_id    INTEGER NOT NULL,
 record_key    INTEGER NOT NULL,
 rfc_id        INTEGER NOT NULL,         -- hash64 of the Message-ID header
 campaign      TEXT NOT NULL DEFAULT '',
 subject       TEXT NOT NULL DEFAULT '',
 sender        TEXT NOT NULL DEFAULT '', -- the original envelope sender
 sent_at       INTEGER NOT NULL, reply_to TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (message_id, record_key)
) WITHOUT ROWID;
INSERT INTO message VALUES(117658487072158607,2876663933499267717,-7170327130443218865,'spring-teas','Spring teas have arrived','news@juniper.example',1795326035646,'');
INSERT INTO message VALUES(117658487074190224,-346256692840583820,-8666293720402711681,'spring-teas','Spring teas have arrived','news@juniper.example',1795326035677,'');
INSERT INTO message VALUES(117658487074517905,-6137579106033031575,7264162339073260511,'spring-teas','Spring teas have arrived','news@juniper.example',1795326035682,'');
INSERT INTO message VALUES(117658487076025234,-8957936082554453449,3316324393079725695,'spring-teas','Spring teas have arrived','news@juniper.example',1795326035705,'');
INSERT INTO message VALUES(117658487076483987,-388617736341756367,618318182843959866,'spring-teas','Spring teas have arrived','news@juniper.example',1795326035712,'');
INSERT INTO message VALUES(117658487082845856,-346256692840583820,-5517391729079058998,'thanks','Thank you, Ben','ann@juniper.example',1795326035823,'');
INSERT INTO message VALUES(117658487098241941,2876663933499267717,-4334772496286204146,'tin','Ann, a tin is put aside for you','news@juniper.example',1795326036073,'');
INSERT INTO message VALUES(117658487098241942,-346256692840583820,3347638256488639264,'tin','Ben, a tin is put aside for you','news@juniper.example',1795326036072,'');
INSERT INTO message VALUES(117658487098241943,-6137579106033031575,4419406458213685333,'tin','Cleo, a tin is put aside for you','news@juniper.example',1795326036080,'');
INSERT INTO message VALUES(117658487130224592,2876663933499267717,5820420261152479828,'thanks','Thank you, Ann','ann@juniper.example',1795326036554,'');
INSERT INTO message VALUES(117658487148311448,-346256692840583820,-6980101012258636865,'halves','Ben, a tin is put aside for you','news@juniper.example',1795326036810,'');
INSERT INTO message VALUES(117658487148376985,-6137579106033031575,9148248768132220323,'halves','Cleo, a tin is put aside for you','news@juniper.example',1795326036831,'');
INSERT INTO message VALUES(117658487148376986,-388617736341756367,6844429333881636294,'halves','Eve, a tin is put aside for you','news@juniper.example',1795326036842,'');
INSERT INTO message VALUES(117658487148376987,415358449420978764,6193978575490201555,'halves','Gil, a tin is put aside for you','news@juniper.example',1795326036842,'');
CREATE TABLE score (
 id               INTEGER PRIMARY KEY,   -- small and dense, from 1; 1 is 'lead'
 name             TEXT NOT NULL UNIQUE,
 degrade          REAL NOT NULL DEFAULT 0,   -- percent a day, 0 = none
 degrade_negative INTEGER NOT NULL DEFAULT 1,
 default_points   REAL,                  -- NULL = none
 floor            REAL,
 ceiling          REAL
);
INSERT INTO score VALUES(1,'lead',2.0,1,NULL,NULL,NULL);
CREATE TABLE ruleset (
 id         INTEGER PRIMARY KEY,
 applied_at INTEGER NOT NULL,
 author     TEXT NOT NULL,
 note       TEXT NOT NULL DEFAULT '',
 swept_to   INTEGER DEFAULT 0            -- field rules recomputed up to this record id; NULL = all
, hides TEXT NOT NULL DEFAULT '');
INSERT INTO ruleset VALUES(1,1795326034729,'first start','',NULL,'');
INSERT INTO ruleset VALUES(2,1795326036739,'root','',NULL,'');
CREATE TABLE rule (
 id           INTEGER PRIMARY KEY,       -- of this version; ledger.rule_id names it
 name         TEXT NOT NULL,
 version      INTEGER NOT NULL,
 place        INTEGER NOT NULL DEFAULT 0,-- its order in the file
 from_ruleset INTEGER NOT NULL,
 to_ruleset   INTEGER,                   -- NULL = in force
 take_back    INTEGER NOT NULL DEFAULT 0,-- how it ended: points taken back?
 author       TEXT NOT NULL,
 created_at   INTEGER NOT NULL,
 source       TEXT NOT NULL              -- its text in rules.conf form
);
INSERT INTO rule VALUES(1,'Address is gone',1,4,1,NULL,0,'first start',1795326034729,replace('rule "Address is gone" {\n  on       = "email.bounced"\n  when     = "signal.class = ''hard''"\n  subtract = 20\n}\n','\n',char(10)));
INSERT INTO rule VALUES(2,'Asked for a brochure',1,2,1,NULL,0,'first start',1795326034729,replace('rule "Asked for a brochure" {\n  on  = "form.submitted"\n  add = 15\n}\n','\n',char(10)));
INSERT INTO rule VALUES(3,'Bought something',1,3,1,NULL,0,'first start',1795326034729,replace('rule "Bought something" {\n  on      = "order.paid"\n  add     = 50\n  because = "paid order {{signal.order}}"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(4,'Buys for a company',1,5,1,NULL,0,'first start',1795326034729,replace('rule "Buys for a company" {\n  when = "field.job_title in (''buyer'', ''owner'')"\n  add  = 10\n}\n','\n',char(10)));
INSERT INTO rule VALUES(5,'Did not click',1,7,1,NULL,0,'first start',1795326034729,replace('rule "Did not click" {\n  on       = "email.sent"\n  unless   = "email.clicked within 7d"\n  subtract = 3\n}\n','\n',char(10)));
INSERT INTO rule VALUES(6,'Followed a link',1,1,1,NULL,0,'first start',1795326034729,replace('rule "Followed a link" {\n  on       = "email.clicked"\n  add      = 20\n  once_per = "link"\n  because  = "followed {{signal.url}}"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(7,'Held a call',1,6,1,2,0,'first start',1795326034729,replace('rule "Held a call" {\n  also    = "account"\n  on      = "call.held"\n  add     = 8\n  cap     = "20 per 7d"\n  expires = "60d"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(8,'Opened the mail',1,0,1,NULL,0,'first start',1795326034729,replace('rule "Opened the mail" {\n  on       = "email.opened"\n  add      = 5\n  once_per = "message"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(9,'Held a call',2,6,2,NULL,0,'root',1795326036739,replace('rule "Held a call" {\n  also    = "account"\n  on      = "call.held"\n  add     = 9\n  cap     = "20 per 7d"\n  expires = "60d"\n}\n','\n',char(10)));
CREATE TABLE ledger (
 id          INTEGER PRIMARY KEY,        -- written ms << 20 | counter
 record_id   INTEGER NOT NULL,
 score_id    INTEGER NOT NULL,
 at          INTEGER NOT NULL,           -- effective time
 delta       REAL NOT NULL,
 class       INTEGER NOT NULL,           -- 1 field, 2 touch, 3 manual
 side        INTEGER NOT NULL,           -- +1 or -1: the sum it belongs to
 rate        REAL NOT NULL DEFAULT 0,    -- percent a day, touch only
 entry       INTEGER NOT NULL,           -- 1 points, 2 closing, 3 erase mark
 correcting  INTEGER NOT NULL DEFAULT 0, -- 1: written by a refold
 rule_id     INTEGER NOT NULL DEFAULT 0,
 history_id  INTEGER NOT NULL DEFAULT 0, -- what caused it
 explanation TEXT NOT NULL DEFAULT '',
 balance     REAL NOT NULL,              -- the score after it, at `at`
 generation  INTEGER NOT NULL DEFAULT 1
);
INSERT INTO ledger VALUES(1882535794314313728,1,1,1792713599999,21.391583821812190536,2,1,2.0,1,0,0,1882535793874960384,'before 2026-10-23',21.391583821812190536,2);
INSERT INTO ledger VALUES(1882535794314313732,1,1,1793598036000,-2.677978284229083794,2,1,2.0,2,0,9,1882535793874960384,'expired: Held a call',14.717181434589964084,2);
INSERT INTO ledger VALUES(1882535794314313733,1,1,1794462036000,-2.677978284229083794,2,1,2.0,2,0,9,1882535793888591872,'expired: Held a call',9.3470304600046283383,2);
INSERT INTO ledger VALUES(1882535794314313734,1,1,1795066836000,9.0,2,1,2.0,1,0,9,1882535793968283648,'Held a call',17.114395802364853693,2);
INSERT INTO ledger VALUES(1882535794314313735,1,1,1795239636000,9.0,2,1,2.0,1,0,9,1882535794003935232,'Held a call',25.436665728591204781,2);
INSERT INTO ledger VALUES(1882535794314313736,1,1,1795326035742,5.0,2,1,2.0,1,0,8,1882535793254203392,'Opened the mail',29.927933917859984801,2);
INSERT INTO ledger VALUES(1882535794314313737,1,1,1795326035743,20.0,2,1,2.0,1,0,6,1882535793284612099,'followed https://shop.juniper.example/teas?season=spring&sort=new',49.927933910862009269,2);
INSERT INTO ledger VALUES(1882535794314313738,1,1,1795326036000,2.0,2,1,2.0,1,0,9,1882535794076286976,'Held a call',51.927930910507761551,2);
INSERT INTO ledger VALUES(1882535794314313739,2,1,1795326035743,5.0,2,1,2.0,1,0,8,1882535793284612097,'Opened the mail',5.0,2);
INSERT INTO ledger VALUES(1882535794314313740,2,1,1795326035789,50.0,2,1,2.0,1,0,3,1882535793323409412,'paid order 2026-117',54.999999946219645607,2);
INSERT INTO ledger VALUES(1882535794314313741,3,1,1795326035786,10.0,1,1,0.0,1,0,4,1882535793300340737,'Buys for a company',10.0,2);
INSERT INTO ledger VALUES(1882535794314313742,3,1,1795326035786,15.0,2,1,2.0,1,0,2,1882535793323409410,'Asked for a brochure',25.0,2);
INSERT INTO ledger VALUES(1882535794314313743,3,1,1795326036651,12.0,3,1,0.0,1,0,0,1882535794207358976,'a talk',36.999996966086797557,2);
INSERT INTO ledger VALUES(1882535794314313744,4,1,1795326035716,-20.0,2,-1,2.0,1,0,1,1882535793226940416,'Address is gone',-20.0,2);
INSERT INTO ledger VALUES(1882535794314313745,5,1,1792713599999,6.0372519466071237204,2,1,2.0,1,0,0,1882535794038538240,'before 2026-10-23',6.0372519466071237204,2);
INSERT INTO ledger VALUES(1882535794314313746,5,1,1795326036637,-3.2775266326023189122,2,1,2.0,2,0,0,1882535794192678912,'by hand',0.0,2);
INSERT INTO ledger VALUES(1882535794314313747,5,1,1795326036637,40.0,3,1,0.0,1,0,0,1882535794192678912,'by hand',40.0,2);
INSERT INTO ledger VALUES(1882535794314313748,8,1,1795326036723,7.0,3,1,0.0,1,0,0,1882535794282856450,'score.set',7.0,2);
CREATE TABLE score_state (
 record_id INTEGER NOT NULL,
 score_id  INTEGER NOT NULL,
 state     BLOB NOT NULL,
 PRIMARY KEY (record_id, score_id)
) WITHOUT ROWID;
INSERT INTO score_state VALUES(1,1,X'0101010000000000134bc501a201000000000000000000000000000000000000000000000000000000000000000000000000000000000040aa0ec223c6f649400000000000000000');
INSERT INTO score_state VALUES(2,1,X'0101010000000000134bc501a2010000000000000000000000000000000000000000000000000000000000000000000000000000000000402fc25597ff7f4b400000000000000000');
INSERT INTO score_state VALUES(3,1,X'0101010000000000134bc501a2010000000000000000244000000000000000000000000000002840000000000000000000000000000000405586f58dffff2d400000000000000000');
INSERT INTO score_state VALUES(4,1,X'0101010000000000134bc501a2010000000000000000000000000000000000000000000000000000000000000000000000000000000000400000000000000000a2057baeffff33c0');
INSERT INTO score_state VALUES(5,1,X'0101000000000000134bc501a20100000000000000000000000000000000000000000000000044400000000000000000');
INSERT INTO score_state VALUES(6,1,X'0100000000000000134bc501a20100000000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO score_state VALUES(8,1,X'0101000000000000134bc501a2010000000000000000000000000000000000000000000000001c400000000000000000');
CREATE TABLE segment (
 name       TEXT PRIMARY KEY,
 expression TEXT NOT NULL,
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO segment VALUES('warm','has score >= 25','root',1795326036615);
CREATE TABLE broadcast (
 name        TEXT PRIMARY KEY,
 state       TEXT NOT NULL,              -- draft, sending, sent, paused, cancelled, failed
 template    BLOB NOT NULL,
 condition   TEXT NOT NULL,
 sender      TEXT NOT NULL,              -- From
 settings    TEXT NOT NULL DEFAULT '{}', -- JSON
 author      TEXT NOT NULL,
 created_at  INTEGER NOT NULL,
 started_at  INTEGER,
 finished_at INTEGER,
 trouble     TEXT NOT NULL DEFAULT ''    -- why it stopped, for people
) WITHOUT ROWID;
INSERT INTO broadcast VALUES('halves','testing',X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a','list ''news''','','{"split_a":40,"split_b":40,"by_opens":false,"after_ms":14400000,"decide_at":1795340436856}','root',1795326036786,1795326036798,NULL,'');
INSERT INTO broadcast VALUES('tin','sent',X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a','list ''news'' and has score >= 20','','{}','root',1795326035988,1795326036023,1795326036087,'');
CREATE TABLE broadcast_recipient (
 broadcast  TEXT NOT NULL,
 record_id  INTEGER NOT NULL,
 state      TEXT NOT NULL,               -- queued, handing-over, sent, failed, skipped, doubtful
 reason     TEXT NOT NULL DEFAULT '',
 message_id INTEGER NOT NULL DEFAULT 0,
 changed_at INTEGER NOT NULL, variant INTEGER NOT NULL DEFAULT 0,
 PRIMARY KEY (broadcast, record_id)
) WITHOUT ROWID;
INSERT INTO broadcast_recipient VALUES('halves',1,'waiting','',0,1795326036798,0);
INSERT INTO broadcast_recipient VALUES('halves',2,'sent','',117658487148311448,1795326036814,0);
INSERT INTO broadcast_recipient VALUES('halves',3,'sent','',117658487148376985,1795326036841,1);
INSERT INTO broadcast_recipient VALUES('halves',4,'skipped','suppressed',0,1795326036798,0);
INSERT INTO broadcast_recipient VALUES('halves',5,'sent','',117658487148376986,1795326036848,1);
INSERT INTO broadcast_recipient VALUES('halves',9,'sent','',117658487148376987,1795326036853,0);
INSERT INTO broadcast_recipient VALUES('tin',1,'sent','',117658487098241941,1795326036082,0);
INSERT INTO broadcast_recipient VALUES('tin',2,'sent','',117658487098241942,1795326036079,0);
INSERT INTO broadcast_recipient VALUES('tin',3,'sent','',117658487098241943,1795326036085,0);
CREATE TABLE api_token (
 id         INTEGER PRIMARY KEY,
 name       TEXT NOT NULL,               -- audit name
 role       TEXT NOT NULL,               -- reader, operator, manager
 hash       BLOB NOT NULL UNIQUE,        -- BLAKE2b of the token; the token is shown once
 created_at INTEGER NOT NULL,
 expires_at INTEGER,
 revoked_at INTEGER
, last_used_at INTEGER);
CREATE TABLE audit (
 id     INTEGER PRIMARY KEY,
 at     INTEGER NOT NULL,
 actor  TEXT NOT NULL,
 action TEXT NOT NULL,
 object TEXT NOT NULL DEFAULT '',
 detail TEXT NOT NULL DEFAULT ''
, origin TEXT NOT NULL DEFAULT '');
INSERT INTO audit VALUES(1,1795326035429,'root','list.create','news','','uid 0');
INSERT INTO audit VALUES(2,1795326035450,'root','contact.create','ann@orchard.example','','uid 0');
INSERT INTO audit VALUES(3,1795326035489,'root','contact.create','ben@harbour.example','','uid 0');
INSERT INTO audit VALUES(4,1795326035519,'root','contact.create','cleo@atelier.example','','uid 0');
INSERT INTO audit VALUES(5,1795326035547,'root','contact.create','dan@gone.example','','uid 0');
INSERT INTO audit VALUES(6,1795326035585,'root','contact.create','eve@meadow.example','','uid 0');
INSERT INTO audit VALUES(7,1795326035987,'root','broadcast.create','','','uid 0');
INSERT INTO audit VALUES(8,1795326036023,'root','broadcast.order','tin','send','uid 0');
INSERT INTO audit VALUES(9,1795326036306,'root','contact.link','ann@orchard.example','account Orchard Ltd','uid 0');
INSERT INTO audit VALUES(10,1795326036334,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(11,1795326036347,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(12,1795326036368,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(13,1795326036393,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(14,1795326036423,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(15,1795326036457,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(16,1795326036490,'root','signal.emit','eve@meadow.example','call.held','uid 0');
INSERT INTO audit VALUES(17,1795326036526,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(18,1795326036568,'root','contact.consent','cleo@atelier.example','opens','uid 0');
INSERT INTO audit VALUES(19,1795326036590,'root','contact.suppress','spam@trap.example','','uid 0');
INSERT INTO audit VALUES(20,1795326036615,'root','segment.save','warm','has score >= 25','uid 0');
INSERT INTO audit VALUES(21,1795326036637,'root','score.change','eve@meadow.example','lead','uid 0');
INSERT INTO audit VALUES(22,1795326036651,'root','score.change','cleo@atelier.example','lead','uid 0');
INSERT INTO audit VALUES(23,1795326036675,'root','contact.create','','','uid 0');
INSERT INTO audit VALUES(24,1795326036701,'root','contact.forget','record 7','','uid 0');
INSERT INTO audit VALUES(25,1795326036718,'root','import.begin','people.csv','','uid 0');
INSERT INTO audit VALUES(26,1795326036723,'root','import.chunk','1','0','uid 0');
INSERT INTO audit VALUES(27,1795326036739,'root','rules.apply','rules','','uid 0');
INSERT INTO audit VALUES(28,1795326036752,'root','rules.run','rules','','uid 0');
INSERT INTO audit VALUES(29,1795326036765,'root','contact.create','gil@new.example','','uid 0');
INSERT INTO audit VALUES(30,1795326036786,'root','broadcast.create','','','uid 0');
INSERT INTO audit VALUES(31,1795326036798,'root','broadcast.order','halves','send','uid 0');
CREATE TABLE timer (
 record_id INTEGER NOT NULL,
 kind      TEXT NOT NULL,
 object    TEXT NOT NULL DEFAULT '',
 due_at    INTEGER NOT NULL,
 PRIMARY KEY (record_id, kind, object)
) WITHOUT ROWID;
INSERT INTO timer VALUES(2,'field-rules','',1795930835677);
INSERT INTO timer VALUES(3,'field-rules','',1795930835682);
INSERT INTO timer VALUES(5,'field-rules','',1795930835712);
INSERT INTO timer VALUES(1,'field-rules','',1795930836073);
INSERT INTO timer VALUES(9,'field-rules','',1795930836842);
CREATE TABLE percent_base (
 score_id INTEGER NOT NULL,
 module   TEXT NOT NULL,
 at       INTEGER NOT NULL,
 top      REAL NOT NULL,
 median   REAL NOT NULL,
 PRIMARY KEY (score_id, module, at)
) WITHOUT ROWID;
CREATE TABLE automation (
 id         INTEGER PRIMARY KEY,         -- of this version
 name       TEXT NOT NULL,
 version    INTEGER NOT NULL,
 place      INTEGER NOT NULL DEFAULT 0,  -- its order in the file
 source     TEXT NOT NULL,               -- its text in rules.conf form
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL,
 ended_at   INTEGER,                     -- NULL = in force
 ended_by   TEXT NOT NULL DEFAULT '',
 armed_id   INTEGER NOT NULL             -- the version whose armed states it goes on with
);
INSERT INTO automation VALUES(1,'Good customer',1,0,replace('automation "Good customer" {\n  on = "score rises to 50"\n  do = {\n    "tag add ''good''",\n    "notify ''sales@juniper.example''"\n  }\n}\n','\n',char(10)),'first start',1795326034729,NULL,'',1);
CREATE TABLE armed (
 armed_id  INTEGER NOT NULL,
 record_id INTEGER NOT NULL,
 state     INTEGER NOT NULL,             -- 1 beyond the threshold, not fired; 2 fired
 PRIMARY KEY (armed_id, record_id)
) WITHOUT ROWID;
INSERT INTO armed VALUES(1,1,2);
INSERT INTO armed VALUES(1,2,2);
CREATE TABLE firing (
 id            INTEGER PRIMARY KEY,      -- at << 20 | counter
 automation_id INTEGER NOT NULL,         -- of the version
 record_id     INTEGER NOT NULL,
 history_id    INTEGER NOT NULL DEFAULT 0, -- what caused it; 0 = time
 cause         TEXT NOT NULL,
 chain         TEXT NOT NULL DEFAULT '', -- the automations before it
 trouble       TEXT NOT NULL DEFAULT ''  -- why it did not act
);
INSERT INTO firing VALUES(1882535793323409414,1,2,1882535793323409412,'score rises to 50 (55)','','');
INSERT INTO firing VALUES(1882535794077335553,1,1,0,'score rises to 50 (51.1582)','','');
CREATE TABLE outbox (
 id         INTEGER PRIMARY KEY,
 firing_id  INTEGER NOT NULL DEFAULT 0,
 record_id  INTEGER NOT NULL,
 action     TEXT NOT NULL,               -- webhook, notify, send, mail, run
 target     TEXT NOT NULL,
 payload    TEXT NOT NULL,               -- JSON
 key        TEXT NOT NULL,               -- Idempotency-Key, Message-ID
 state      INTEGER NOT NULL,            -- 1 waiting, 2 delivered, 3 dead, 4 dropped
 due_at     INTEGER NOT NULL,
 tries      INTEGER NOT NULL DEFAULT 0,
 created_at INTEGER NOT NULL,
 done_at    INTEGER,
 trouble    TEXT NOT NULL DEFAULT ''     -- of the last try
);
INSERT INTO outbox VALUES(1882535793323409416,1882535793323409414,2,'notify','sales@juniper.example','{"id":"f49bcfae3acfad54c552357380bb26cf","by":"automation Good customer","cause":"score rises to 50 (55)","at":"2026-11-22T05:40:35.808Z","record":{"module":"contact","key":"ben@harbour.example","created_at":"2026-11-22T05:40:35.489Z","fields":{"first_name":"Ben"},"tags":["good"],"lists":["news"]},"scores":{"lead":54.999999946219646},"signal":{"name":"order.paid","happened_at":"2026-11-22T05:40:35.789Z","properties":{"order":"2026-117","total":"48.5"}}}','f49bcfae3acfad54c552357380bb26cf',2,1795326035808,1,1795326035808,1795326035818,'');
INSERT INTO outbox VALUES(1882535793325506560,0,2,'send','thanks','{"id":"62fd9d15514fd9f9b709a15c3988c2c1","by":"sequence After an order","cause":"step Thanks","at":"2026-11-22T05:40:35.810Z","record":{"module":"contact","key":"ben@harbour.example","created_at":"2026-11-22T05:40:35.489Z","fields":{"first_name":"Ben"},"tags":["good"],"lists":["news"]},"scores":{"lead":54.99999967614873}}','62fd9d15514fd9f9b709a15c3988c2c1',2,1795326035810,1,1795326035810,1795326035825,'');
INSERT INTO outbox VALUES(1882535794077335555,1882535794077335553,1,'notify','sales@juniper.example','{"id":"51e82864866913a16b4759b987c33ee8","by":"automation Good customer","cause":"score rises to 50 (51.1582)","at":"2026-11-22T05:40:36.527Z","record":{"module":"contact","key":"ann@orchard.example","created_at":"2026-09-03T05:40:36.000Z","fields":{"first_name":"Ann"},"tags":["good"],"lists":["news"]},"scores":{"lead":51.158154338208846}}','51e82864866913a16b4759b987c33ee8',2,1795326036527,1,1795326036527,1795326036539,'');
INSERT INTO outbox VALUES(1882535794082578432,0,1,'send','thanks','{"id":"cc012cc0266ed66d1d1e52010221ba02","by":"sequence After an order","cause":"step Thanks","at":"2026-11-22T05:40:36.532Z","record":{"module":"contact","key":"ann@orchard.example","created_at":"2026-09-03T05:40:36.000Z","fields":{"first_name":"Ann"},"tags":["good"],"lists":["news"]},"scores":{"lead":51.1581542783979}}','cc012cc0266ed66d1d1e52010221ba02',2,1795326036532,1,1795326036532,1795326036557,'');
CREATE TABLE bulk (
 id          INTEGER PRIMARY KEY,
 expression  TEXT NOT NULL,
 actions     TEXT NOT NULL,              -- JSON array of their texts
 actor       TEXT NOT NULL,
 created_at  INTEGER NOT NULL,
 total       INTEGER NOT NULL,           -- when it began
 after       INTEGER NOT NULL DEFAULT 0, -- done up to this record
 done        INTEGER NOT NULL DEFAULT 0,
 refused     INTEGER NOT NULL DEFAULT 0,
 finished_at INTEGER,
 trouble     TEXT NOT NULL DEFAULT ''
);
CREATE TABLE sequence (
 id         INTEGER PRIMARY KEY,         -- of this version
 name       TEXT NOT NULL,
 version    INTEGER NOT NULL,
 place      INTEGER NOT NULL DEFAULT 0,  -- its order in the file
 source     TEXT NOT NULL,               -- its text in rules.conf form
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL,
 ended_at   INTEGER,                     -- NULL = in force
 ended_by   TEXT NOT NULL DEFAULT ''
);
INSERT INTO sequence VALUES(1,'After an order',1,0,replace('sequence "After an order" {\n  start = "tag ''good''"\n  step "Thanks" {\n    template = "thanks"\n  }\n  step "Question" {\n    after = "7d"\n    if = "has score >= 20"\n    template = "thanks"\n  }\n}\n','\n',char(10)),'first start',1795326034729,NULL,'');
CREATE TABLE enrolment (
 sequence  TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 state     TEXT NOT NULL,                -- active, finished, stopped
 since     INTEGER NOT NULL,             -- when it came to be so
 reason    TEXT NOT NULL DEFAULT '',
 step      TEXT NOT NULL DEFAULT '',     -- the one to come
 due_at    INTEGER,                      -- NULL = not active
 PRIMARY KEY (sequence, record_id)
) WITHOUT ROWID;
INSERT INTO enrolment VALUES('After an order',1,'active',1795326036532,'','Question',1795930836532);
INSERT INTO enrolment VALUES('After an order',2,'active',1795326035810,'','Question',1795930835810);
CREATE TABLE sequence_result (
 sequence TEXT NOT NULL,
 step     TEXT NOT NULL,
 what     TEXT NOT NULL,                 -- sent, skipped, waits
 n        INTEGER NOT NULL,
 PRIMARY KEY (sequence, step, what)
) WITHOUT ROWID;
INSERT INTO sequence_result VALUES('After an order','Thanks','sent',2);
CREATE TABLE sequence_mail (
 outbox_id INTEGER PRIMARY KEY,
 sequence  TEXT NOT NULL,
 step      TEXT NOT NULL,
 record_id INTEGER NOT NULL
);
INSERT INTO sequence_mail VALUES(1882535793325506560,'After an order','Thanks',2);
INSERT INTO sequence_mail VALUES(1882535794082578432,'After an order','Thanks',1);
CREATE TABLE generation (
 id          INTEGER PRIMARY KEY,        -- ledger.generation; 1 has no row
 ruleset     INTEGER NOT NULL,           -- the rules it is made with
 state       TEXT NOT NULL,              -- building, in-force, leaving, gone
 cancelled   INTEGER NOT NULL DEFAULT 0,
 author      TEXT NOT NULL,
 started_at  INTEGER NOT NULL,
 finished_at INTEGER,                    -- in force, or cancelled
 built_to    INTEGER NOT NULL DEFAULT 0, -- record id
 removed_to  INTEGER NOT NULL DEFAULT 0  -- ledger id
);
INSERT INTO generation VALUES(1,0,'gone',0,'',1795326036753,NULL,0,1882535794314313748);
INSERT INTO generation VALUES(2,2,'in-force',0,'root',1795326036753,1795326036753,8,0);
CREATE TABLE generation_dirty (
 record_id INTEGER PRIMARY KEY
);
CREATE TABLE link (                             -- derived
 record_id INTEGER NOT NULL,
 relation  TEXT NOT NULL,
 to_id     INTEGER NOT NULL,
 since     INTEGER NOT NULL,
 PRIMARY KEY (record_id, relation, to_id)
) WITHOUT ROWID;
INSERT INTO link VALUES(1,'account',6,1795326036306);
CREATE TABLE roll_up (
 record_id  INTEGER NOT NULL,            -- whose rule gave them
 history_id INTEGER NOT NULL,            -- for what; 0 = time
 at         INTEGER NOT NULL,
 rule       TEXT NOT NULL,
 to_id      INTEGER NOT NULL,            -- who got them, too
 generation INTEGER NOT NULL,            -- of the ledger
 ruleset    INTEGER NOT NULL,            -- the rule's
 entry_id   INTEGER NOT NULL,            -- as this entry of its history
 points     REAL NOT NULL,
 stands     INTEGER NOT NULL DEFAULT 1,  -- 0: taken back
 reversal   INTEGER NOT NULL DEFAULT 0,  -- by this entry, where it was folded
 PRIMARY KEY (record_id, history_id, at, rule, to_id, generation)
) WITHOUT ROWID;
CREATE TABLE folded_signal (                    -- derived
 id        INTEGER PRIMARY KEY,
 record_id INTEGER NOT NULL,
 name      TEXT NOT NULL,
 first_at  INTEGER NOT NULL,
 last_at   INTEGER NOT NULL,
 n         INTEGER NOT NULL,
 props     TEXT NOT NULL                 -- JSON object of strings
);
INSERT INTO folded_signal VALUES(1,1,'call.held',1788414036000,1791870036000,4,'{}');
INSERT INTO folded_signal VALUES(2,1,'score.changed',1788414036000,1791870036000,4,'{}');
INSERT INTO folded_signal VALUES(3,5,'call.held',1791006036000,1791006036000,1,'{}');
INSERT INTO folded_signal VALUES(4,5,'score.changed',1791006036000,1791006036000,1,'{}');
CREATE TABLE folded_result (
 broadcast    TEXT NOT NULL,
 signal       TEXT NOT NULL,
 record_id    INTEGER NOT NULL,
 hits         INTEGER NOT NULL,
 machine_hits INTEGER NOT NULL,
 PRIMARY KEY (broadcast, signal, record_id)
) WITHOUT ROWID;
CREATE TABLE folded_points (
 broadcast TEXT NOT NULL,
 score     TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 points    REAL NOT NULL,
 PRIMARY KEY (broadcast, score, record_id)
) WITHOUT ROWID;
CREATE TABLE adopted (
 place      INTEGER PRIMARY KEY,
 record_id  INTEGER NOT NULL,
 history_id INTEGER NOT NULL
);
CREATE TABLE unmatched (
 record_key INTEGER PRIMARY KEY,
 module     TEXT NOT NULL,
 key        TEXT NOT NULL
);
CREATE TABLE import (
 id          INTEGER PRIMARY KEY,
 name        TEXT NOT NULL,              -- of the file
 settings    TEXT NOT NULL,              -- JSON: format, header, map …
 author      TEXT NOT NULL,
 digest      TEXT NOT NULL DEFAULT '',   -- of the file, hex
 size        INTEGER NOT NULL DEFAULT 0, -- of the file, 0 = not known
 created_at  INTEGER NOT NULL,
 changed_at  INTEGER NOT NULL,
 finished_at INTEGER,
 next_chunk  INTEGER NOT NULL DEFAULT 0,
 position    INTEGER NOT NULL DEFAULT 0, -- bytes of the file that are in
 text_lines  INTEGER NOT NULL DEFAULT 0, -- line ends of the file that are in
 lines       INTEGER NOT NULL DEFAULT 0,
 created     INTEGER NOT NULL DEFAULT 0,
 updated     INTEGER NOT NULL DEFAULT 0,
 bad_lines   INTEGER NOT NULL DEFAULT 0
);
INSERT INTO import VALUES(1,'people.csv','{"format":"csv","what":"records","scores":"set","module":"contact","dry_run":false,"header":"email,first_name,score:lead\n","map":{}}','root','036e63f9e152a643d6673498fbbaeb3c7bf776eab5e8537b3469a1e46d2fbb13',71,1795326036718,1795326036723,1795326036723,1,71,2,2,1,0,1);
CREATE TABLE import_error (
 id        INTEGER PRIMARY KEY,
 import_id INTEGER NOT NULL,
 line      INTEGER NOT NULL,
 title     TEXT NOT NULL,                -- of the column, '' = the line
 text      TEXT NOT NULL
);
INSERT INTO import_error VALUES(1,1,3,'email','"not an address" is not an e-mail address');
CREATE TABLE forgotten (
 record_key   INTEGER PRIMARY KEY,       -- a keyed hash, as in suppression
 forgotten_at INTEGER NOT NULL
);
INSERT INTO forgotten VALUES(-3868839095195125705,1795326036702);
CREATE TABLE forgotten_result (
 broadcast      TEXT NOT NULL,
 signal         TEXT NOT NULL,
 people         INTEGER NOT NULL,
 hits           INTEGER NOT NULL,
 machine_people INTEGER NOT NULL,
 machine_hits   INTEGER NOT NULL,
 PRIMARY KEY (broadcast, signal)
) WITHOUT ROWID;
CREATE TABLE forgotten_points (
 broadcast TEXT NOT NULL,
 score     TEXT NOT NULL,
 points    REAL NOT NULL,
 people    INTEGER NOT NULL,
 PRIMARY KEY (broadcast, score)
) WITHOUT ROWID;
CREATE TABLE consent (
 record_key INTEGER NOT NULL,
 what       INTEGER NOT NULL,            -- enum consent_what
 state      INTEGER NOT NULL,            -- enum consent_state
 since      INTEGER NOT NULL,
 source     TEXT NOT NULL DEFAULT '',
 wording    TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (record_key, what)
) WITHOUT ROWID;
INSERT INTO consent VALUES(-6137579106033031575,0,2,1795326036568,'letter','no pictures');
CREATE TABLE order_run (
 run    INTEGER PRIMARY KEY,             -- 0: all that was moved
 moving INTEGER NOT NULL DEFAULT 0       -- 1: on its way into run 0
);
INSERT INTO order_run VALUES(0,0);
INSERT INTO order_run VALUES(1,0);
CREATE TABLE history_by_record (                -- derived
 run         INTEGER NOT NULL,
 record_id   INTEGER NOT NULL,
 happened_at INTEGER NOT NULL,
 id          INTEGER NOT NULL,
 PRIMARY KEY (run, record_id, happened_at, id)
) WITHOUT ROWID;
INSERT INTO history_by_record VALUES(0,2,1795326035489,1882535792988913664);
INSERT INTO history_by_record VALUES(0,2,1795326035489,1882535792988913665);
INSERT INTO history_by_record VALUES(0,2,1795326035489,1882535792988913666);
INSERT INTO history_by_record VALUES(0,3,1795326035519,1882535793020370944);
INSERT INTO history_by_record VALUES(0,3,1795326035519,1882535793020370945);
INSERT INTO history_by_record VALUES(0,3,1795326035519,1882535793020370946);
INSERT INTO history_by_record VALUES(0,4,1795326035547,1882535793049731072);
INSERT INTO history_by_record VALUES(0,4,1795326035547,1882535793049731073);
INSERT INTO history_by_record VALUES(0,4,1795326035547,1882535793049731074);
INSERT INTO history_by_record VALUES(0,5,1795326035585,1882535793089576960);
INSERT INTO history_by_record VALUES(0,5,1795326035585,1882535793089576961);
INSERT INTO history_by_record VALUES(0,5,1795326035585,1882535793089576962);
INSERT INTO history_by_record VALUES(0,6,1795326036306,1882535793845600256);
INSERT INTO history_by_record VALUES(0,8,1795326036723,1882535794282856448);
INSERT INTO history_by_record VALUES(0,8,1795326036723,1882535794282856449);
INSERT INTO history_by_record VALUES(0,8,1795326036723,1882535794282856450);
INSERT INTO history_by_record VALUES(0,9,1795326036765,1882535794326896640);
INSERT INTO history_by_record VALUES(0,9,1795326036765,1882535794326896641);
INSERT INTO history_by_record VALUES(0,9,1795326036765,1882535794326896642);
INSERT INTO history_by_record VALUES(1,1,1792713599999,1882535793874960384);
INSERT INTO history_by_record VALUES(1,1,1795066836000,1882535793968283648);
INSERT INTO history_by_record VALUES(1,1,1795239636000,1882535794003935232);
INSERT INTO history_by_record VALUES(1,1,1795326035450,1882535792948019200);
INSERT INTO history_by_record VALUES(1,1,1795326035450,1882535792948019201);
INSERT INTO history_by_record VALUES(1,1,1795326035450,1882535792948019202);
INSERT INTO history_by_record VALUES(1,1,1795326035646,1882535793153540096);
INSERT INTO history_by_record VALUES(1,1,1795326035742,1882535793254203392);
INSERT INTO history_by_record VALUES(1,1,1795326035743,1882535793284612099);
INSERT INTO history_by_record VALUES(1,1,1795326036000,1882535794076286976);
INSERT INTO history_by_record VALUES(1,1,1795326036073,1882535793607573505);
INSERT INTO history_by_record VALUES(1,1,1795326036082,1882535793610719232);
INSERT INTO history_by_record VALUES(1,1,1795326036306,1882535793845600257);
INSERT INTO history_by_record VALUES(1,1,1795326036527,1882535794077335554);
INSERT INTO history_by_record VALUES(1,1,1795326036527,1882535794077335556);
INSERT INTO history_by_record VALUES(1,1,1795326036532,1882535794082578433);
INSERT INTO history_by_record VALUES(1,1,1795326036554,1882535794105647104);
INSERT INTO history_by_record VALUES(1,2,1795326035677,1882535793186045952);
INSERT INTO history_by_record VALUES(1,2,1795326035743,1882535793284612097);
INSERT INTO history_by_record VALUES(1,2,1795326035789,1882535793323409412);
INSERT INTO history_by_record VALUES(1,2,1795326035789,1882535793323409415);
INSERT INTO history_by_record VALUES(1,2,1795326035808,1882535793323409417);
INSERT INTO history_by_record VALUES(1,2,1795326035810,1882535793325506561);
INSERT INTO history_by_record VALUES(1,2,1795326035823,1882535793339138048);
INSERT INTO history_by_record VALUES(1,2,1795326036072,1882535793600233472);
INSERT INTO history_by_record VALUES(1,2,1795326036079,1882535793607573504);
INSERT INTO history_by_record VALUES(1,2,1795326036810,1882535794374082560);
INSERT INTO history_by_record VALUES(1,2,1795326036814,1882535794378276864);
INSERT INTO history_by_record VALUES(1,3,1795326035682,1882535793191288832);
INSERT INTO history_by_record VALUES(1,3,1795326035786,1882535793300340736);
INSERT INTO history_by_record VALUES(1,3,1795326035786,1882535793300340737);
INSERT INTO history_by_record VALUES(1,3,1795326035786,1882535793323409409);
INSERT INTO history_by_record VALUES(1,3,1795326035786,1882535793323409410);
INSERT INTO history_by_record VALUES(1,3,1795326036080,1882535793608622080);
INSERT INTO history_by_record VALUES(1,3,1795326036085,1882535793613864960);
INSERT INTO history_by_record VALUES(1,3,1795326036568,1882535794120327168);
INSERT INTO history_by_record VALUES(1,3,1795326036651,1882535794207358976);
INSERT INTO history_by_record VALUES(1,3,1795326036831,1882535794396102656);
INSERT INTO history_by_record VALUES(1,3,1795326036841,1882535794406588416);
INSERT INTO history_by_record VALUES(1,4,1795326035705,1882535793215406080);
INSERT INTO history_by_record VALUES(1,4,1795326035716,1882535793226940416);
INSERT INTO history_by_record VALUES(1,4,1795326035716,1882535793242669057);
INSERT INTO history_by_record VALUES(1,4,1795326035716,1882535793242669058);
INSERT INTO history_by_record VALUES(1,5,1792713599999,1882535794038538240);
INSERT INTO history_by_record VALUES(1,5,1795326035712,1882535793222746112);
INSERT INTO history_by_record VALUES(1,5,1795326036637,1882535794192678912);
INSERT INTO history_by_record VALUES(1,5,1795326036842,1882535794407636992);
INSERT INTO history_by_record VALUES(1,5,1795326036848,1882535794413928448);
INSERT INTO history_by_record VALUES(1,9,1795326036842,1882535794407636993);
INSERT INTO history_by_record VALUES(1,9,1795326036853,1882535794419171328);
CREATE TABLE ledger_by_record (                 -- derived
 run       INTEGER NOT NULL,
 record_id INTEGER NOT NULL,
 id        INTEGER NOT NULL,
 PRIMARY KEY (run, record_id, id)
) WITHOUT ROWID;
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313728);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313732);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313733);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313734);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313735);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313736);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313737);
INSERT INTO ledger_by_record VALUES(1,1,1882535794314313738);
INSERT INTO ledger_by_record VALUES(1,2,1882535794314313739);
INSERT INTO ledger_by_record VALUES(1,2,1882535794314313740);
INSERT INTO ledger_by_record VALUES(1,3,1882535794314313741);
INSERT INTO ledger_by_record VALUES(1,3,1882535794314313742);
INSERT INTO ledger_by_record VALUES(1,3,1882535794314313743);
INSERT INTO ledger_by_record VALUES(1,4,1882535794314313744);
INSERT INTO ledger_by_record VALUES(1,5,1882535794314313745);
INSERT INTO ledger_by_record VALUES(1,5,1882535794314313746);
INSERT INTO ledger_by_record VALUES(1,5,1882535794314313747);
INSERT INTO ledger_by_record VALUES(1,8,1882535794314313748);
CREATE TABLE broadcast_variant (
 broadcast TEXT NOT NULL,
 variant   INTEGER NOT NULL,             -- from 1
 template  BLOB NOT NULL,
 PRIMARY KEY (broadcast, variant)
) WITHOUT ROWID;
INSERT INTO broadcast_variant VALUES('halves',1,X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a');
CREATE TABLE hit (
 history_id INTEGER PRIMARY KEY,
 source     INTEGER NOT NULL DEFAULT 0,  -- which hits are of one; 0 = not known
 address    TEXT NOT NULL DEFAULT '',
 agent      TEXT NOT NULL DEFAULT '',
 verdict    INTEGER NOT NULL,            -- of the hit by itself
 reason     TEXT NOT NULL DEFAULT ''
);
INSERT INTO hit VALUES(1882535793254203392,2910426896301235600,'127.0.0.0/24','Firefox on Linux',0,'');
INSERT INTO hit VALUES(1882535793284612097,2910426896301235600,'127.0.0.0/24','Firefox on Linux',0,'');
INSERT INTO hit VALUES(1882535793284612099,2910426896301235600,'127.0.0.0/24','Firefox on Linux',0,'');
CREATE TABLE honeypot (
 message_id INTEGER NOT NULL,
 record_key INTEGER NOT NULL,
 source     INTEGER NOT NULL,
 at         INTEGER NOT NULL,
 PRIMARY KEY (message_id, record_key, source)
) WITHOUT ROWID;
CREATE TABLE idempotency (
 id     INTEGER PRIMARY KEY,             -- hash of caller, call and key
 body   INTEGER NOT NULL,                -- hash of what was sent
 at     INTEGER NOT NULL,
 status INTEGER NOT NULL,
 answer TEXT NOT NULL
);
CREATE INDEX record_by_key ON record (module, key);
CREATE INDEX record_alias_by_record ON record_alias (record_id);
CREATE INDEX field_by_name ON field (name, value);
CREATE INDEX record_tag_by_record ON record_tag (record_id, tag);
CREATE INDEX list_member_by_record ON list_member (record_id, list);
CREATE INDEX history_by_name ON history (name, happened_at);
CREATE INDEX history_unmatched ON history (record_key) WHERE record_id = 0;
CREATE INDEX message_by_rfc_id ON message (rfc_id, record_key);
CREATE INDEX rule_by_name ON rule (name, version);
CREATE INDEX broadcast_recipient_by_record ON broadcast_recipient (record_id);
CREATE UNIQUE INDEX api_token_in_use ON api_token (name) WHERE revoked_at IS NULL;
CREATE INDEX timer_by_due ON timer (due_at);
CREATE INDEX history_settling ON history (settle_until)
 WHERE settle_until IS NOT NULL;
CREATE INDEX automation_by_name ON automation (name, version);
CREATE INDEX firing_by_record ON firing (record_id, id);
CREATE INDEX firing_by_automation ON firing (automation_id, id);
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE state = 1;
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_record ON outbox (record_id);
CREATE INDEX sequence_by_name ON sequence (name, version);
CREATE INDEX enrolment_by_record ON enrolment (record_id);
CREATE INDEX enrolment_by_due ON enrolment (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX sequence_mail_by_record ON sequence_mail (record_id, sequence);
CREATE INDEX link_by_end ON link (to_id, relation);
CREATE INDEX roll_up_by_entry ON roll_up (entry_id);
CREATE INDEX history_of_generation ON history (generation)
 WHERE generation IS NOT NULL;
CREATE INDEX folded_signal_by_record ON folded_signal (record_id, name, last_at);
CREATE INDEX folded_signal_by_name ON folded_signal (name, last_at);
CREATE INDEX folded_result_by_record ON folded_result (record_id);
CREATE INDEX folded_points_by_record ON folded_points (record_id);
CREATE INDEX import_error_by_import ON import_error (import_id, line);
CREATE TRIGGER history_moved AFTER UPDATE OF record_id, happened_at ON history
BEGIN
 DELETE FROM history_by_record WHERE run IN (SELECT run FROM order_run)
  AND record_id = old.record_id
  AND happened_at = old.happened_at AND id = old.id;
 INSERT INTO history_by_record
  SELECT max(run), new.record_id, new.happened_at, new.id
  FROM order_run WHERE new.record_id <> 0 HAVING count(*) > 0;
END;
CREATE TRIGGER history_removed AFTER DELETE ON history
WHEN old.record_id <> 0 BEGIN
 DELETE FROM history_by_record WHERE run IN (SELECT run FROM order_run)
  AND record_id = old.record_id
  AND happened_at = old.happened_at AND id = old.id;
END;
CREATE TRIGGER ledger_removed AFTER DELETE ON ledger BEGIN
 DELETE FROM ledger_by_record WHERE run IN (SELECT run FROM order_run)
  AND record_id = old.record_id AND id = old.id;
END;
CREATE VIEW history_of_all AS                   -- of all generations
 SELECT p.record_id AS of_record, p.happened_at AS of_at, h.*
 FROM order_run r
 CROSS JOIN history_by_record p ON p.run = r.run
 CROSS JOIN history h ON h.id = p.id
;
CREATE VIEW history_of AS
 SELECT * FROM history_of_all WHERE generation IS NULL OR generation =
  (SELECT CAST(value AS INTEGER) FROM meta
  WHERE name = 'generation');
CREATE VIEW ledger_of AS
 SELECT p.record_id AS of_record, l.*
 FROM order_run r
 CROSS JOIN ledger_by_record p ON p.run = r.run
 CROSS JOIN ledger l ON l.id = p.id;
CREATE TRIGGER hit_removed AFTER DELETE ON history BEGIN
 DELETE FROM hit WHERE history_id = old.id;
END;
CREATE INDEX idempotency_by_time ON idempotency (at);
COMMIT;
