//! Seeds that once found a bug of the engine. Their worlds may have changed since; what they found must not come back.

use panels_simulation::{plan::Plan, run};

/// A seed in which somebody edits, and what was wrong.
const EDITING: &[(u64, &str)] = &[
    (
        354,
        "a batch that overtook the snapshot of stored rows made the tab ignore them",
    ),
    (
        1_981,
        "a search that was answered before a patch and came after it brought back what the patch had replaced",
    ),
    (
        7_825,
        "a frame that came late brought back a row that a read had found out of sight",
    ),
    (
        12_677,
        "a tab that listened a moment too late kept an edit on its way that had ended",
    ),
    (
        1_000_035_706,
        "two tabs asked a new worker again for what was not stored, and the earlier wish won",
    ),
    (
        1_000_053_854,
        "a value on its way was shown and marked as if it waited for the user",
    ),
    (
        1_000_069_974,
        "a write that was answered late took the place of what a slow read had brought meanwhile",
    ),
    (
        1_000_166_166,
        "an edit in the middle of a chain was taken back, and the books lost the link between those around it",
    ),
    (
        1_000_202_515,
        "what was written before a policy that was narrow for a moment was never found",
    ),
    (
        1_000_202_873,
        "a patch of a dead worker arrived after the next one had read, and was made once more over a colleague's",
    ),
    (
        1_000_227_172,
        "a worker died between a claim and the rows that it spoke of",
    ),
    (
        2_000_073_261,
        "what a read had brought while stored rows came back was replaced by the stored row",
    ),
];

/// A seed, and what was wrong. Nobody could edit then.
const SEEDS: &[(u64, &str)] = &[
    (15_125, "a birth date in the rows of tasks was not updated"),
    (
        13_472,
        "a tab said Live and lacked a change for more than 150 s",
    ),
    (
        20_885,
        "a tab said Live and lacked a change for more than 150 s",
    ),
    (
        4_132,
        "a tab said Live and lacked a change for more than 150 s",
    ),
    (
        16_335,
        "a page that was read before a deletion brought the row back after its tombstone",
    ),
    (
        25_677,
        "a tombstone that was read before a row was created again took it away",
    ),
    (
        12_071,
        "what left the sight of a restricted user during the first load was claimed to be known",
    ),
    (
        111_360,
        "a reconnect put off the proof of what a deaf stream had brought before it, until Live was older than its bound",
    ),
    (
        2_000_926,
        "a hidden tab that lost its worker dropped the rows that waited, and showed the claim that waited behind them",
    ),
    (
        3_001_888,
        "a wake put off the question what the user may read, and a row that a new policy hid stayed for two minutes",
    ),
    (
        2_014_803,
        "a clock that was set back by 19 ms made a timer come too early, and no timer came any more",
    ),
    (
        2_034_135,
        "a task that was deleted while a restricted user's first load ran stayed under Live",
    ),
    (
        2_101_995,
        "without the feature each Subscription that was created hurried the next: fifty requests a second",
    ),
    (
        2_115_871,
        "without the feature each Subscription that was created hurried the next: fifty requests a second",
    ),
    (
        10_033_841,
        "a task that was deleted before the bind cut a restricted user's first load short stayed under Live",
    ),
    (
        20_085_581,
        "a change between a load and its mark was missed when the server's clock jumped between the two",
    ),
    (
        50_027_906,
        "a row that was forbidden for a moment was missing after a start, because the count of stored rows was right by chance",
    ),
    (
        50_052_791,
        "a frame that came late brought back a row that a read had found deleted",
    ),
];

/// A seed in which somebody also types what nobody saves, and what was wrong.
const TYPING: &[(u64, &str)] = &[
    (
        24_579,
        "what a colleague had made of an edit and took back meanwhile was called saved",
    ),
    (
        38_144,
        "what a colleague had made of an edit and took back meanwhile was called saved",
    ),
    (
        3_005_908,
        "the answer to a write from before the rights of the user changed was shown",
    ),
    (
        3_082_231,
        "the books took a row with an edit laid over it for one that lacked what it was laid over",
    ),
    (
        42_053,
        "rows that a policy hid for a moment were read one by one, again and again, while nothing could be read",
    ),
    (
        7_307_046,
        "the books knew no second undo of an edit whose first was taken back",
    ),
    (
        7_310_661,
        "the books looked at a tab in the moment in which it caught up with a stream that was back",
    ),
    (
        7_172_319,
        "a patch of a dead worker arrived last of all, when a colleague had brought the old value back",
    ),
    (
        7_178_537,
        "the books took an edit that leads to a value by way of others for the one that was made",
    ),
    (
        9_017_679,
        "a tab that was away when its edit ended asked for it again in the next session",
    ),
    (
        20_015_786,
        "a network that came back while a tab greeted a worker was told to nobody, and edits were kept back",
    ),
    (
        20_058_076,
        "a tab that had forgotten its own text was given another one, which took its place",
    ),
    (
        30_007_050,
        "a text that was typed while the outbox could not be opened gave way to the one stored before it",
    ),
    (
        40_082_701,
        "a text that was typed while the outbox could not be opened gave way to the one stored before it",
    ),
    (
        20_034_690,
        "a tab that was told by no worker that its edit had ended asked a later life of the worker for it again",
    ),
    (
        20_172_125,
        "a late frame took the place of a later version, which a clock that was set back had stamped",
    ),
    (
        20_198_971,
        "an edit and its undo in one request took away what a colleague had written meanwhile",
    ),
    (
        30_033_679,
        "the books did not see that an edit was refused which an earlier life of the worker had taken and not kept",
    ),
    (
        60_095_232,
        "the books expected an undo to bring back what the edit had not changed after all",
    ),
    (
        60_169_988,
        "an edit and its undo in one request were made twice after a lost answer",
    ),
    (
        60_208_380,
        "a row that was not found by a check was proven all the same, because a late frame had come meanwhile",
    ),
    (
        60_248_186,
        "the books measured a claim by a clock that was set back since",
    ),
    (
        60_370_102,
        "the books took an element that was added beside one that was removed for a change of it",
    ),
    (
        60_442_219,
        "what was discarded with a session in one tab was asked for again by another",
    ),
    (
        61_089_224,
        "a read from before a delete brought back what a search had told to be deleted meanwhile",
    ),
    (
        62_023_453,
        "the books expected a change that came to nothing by way of two that gave way to it",
    ),
    (
        62_172_031,
        "the books took a late frame with a later stamp than the version after it for an older one that anybody could tell",
    ),
    (
        62_212_309,
        "a search that was asked long before it was answered put the next one off until nothing was called live any longer",
    ),
    (
        70_088_719,
        "a late frame of a task that had left the sight was taken, because an earlier frame of it had come just before",
    ),
    (
        80_051_792,
        "the books expected a change that led back to what a choice had left as it was",
    ),
    (
        80_191_826,
        "a slow answer to an edit brought back a row that a search had told to have left, which had waited for its turn",
    ),
    (
        100_020_022,
        "of a hundred rows that a narrower policy took away each was read by itself",
    ),
    (
        100_156_192,
        "a slow search brought back a row that a read had told to be out of sight, which had been asked for again",
    ),
    (
        101_073_822,
        "a choice that was made while the disk was full was unmade by the next worker, which sent the edit",
    ),
    (
        101_107_588,
        "an edit and its undo that went together were not found in the history, and were made twice",
    ),
    (
        101_249_080,
        "a late delete frame made room for a version from before the one that had left the panel",
    ),
    (
        101_267_556,
        "the books took a number for that in the place of another one that had been taken away",
    ),
    (
        101_293_854,
        "a tab that slept through the end of a session was taken to have what it had forgotten by then",
    ),
    (
        102_008_506,
        "a full disk forgot a draft before it had room for the one that took its place",
    ),
    (
        102_008_764,
        "an edit that was taken back came back with the next worker after it had been said to be over",
    ),
    (
        103_018_946,
        "the books wanted to hear the end of what its user had taken back, of a worker that died before",
    ),
    (
        103_044_186,
        "a choice was offered between an edit and what an own one just replaced, and stayed as it was out of sight",
    ),
    (
        103_250_256,
        "what a tab forgot at the end of a session was taken to be replaced by what it typed after that",
    ),
    (103_297_329, "the same of a field"),
    (
        110_144_697,
        "what a version showed of one request was taken for another one, which the worker had not been able to read",
    ),
    (
        120_359_336,
        "what was discarded with the session was asked for again by a tab that heard of its end before",
    ),
    (
        130_186_724,
        "a late frame of a row that a search had not found was shown while that search asked for the other rows",
    ),
    (
        150_385_258,
        "an end was told of which a full disk knew nothing, and the next worker asked its user once more",
    ),
    (
        130_306_913,
        "a row in dispute was called certain by the answer of a read that put it in dispute once more",
    ),
    (
        62_102_959,
        "the books expected a choice to be made that was what others had made already",
    ),
    (
        160_175_532,
        "an edit was said to be in a version in which a field that it had not had to change was otherwise again",
    ),
    (
        170_051_117,
        "the books took rows that a dead worker had hidden rightly for missing while its words were still on the screen",
    ),
    (
        170_648_797,
        "a search that was under way brought a row back of which a read had told meanwhile that it is deleted",
    ),
    (
        200_171_051,
        "the books let no worker ask anew for an edit that its user had given up in a life that had no storage",
    ),
    (
        200_280_848,
        "a sign-out was told before the disk had forgotten what it ended, and a worker that died then brought it all back",
    ),
];

#[test]
fn what_was_mended_stays_mended() {
    for (seed, what) in SEEDS {
        let outcome = run::run(&Plan::without_edits(*seed));
        assert_eq!(outcome.violation, None, "seed {seed}: {what}");
    }
}

#[test]
fn what_was_mended_of_edits_stays_mended() {
    for (seed, what) in EDITING {
        let outcome = run::run(&Plan::without_drafts(*seed));
        assert_eq!(outcome.violation, None, "seed {seed}: {what}");
    }
}

#[test]
fn what_was_mended_of_edits_and_drafts_stays_mended() {
    for (seed, what) in TYPING {
        let outcome = run::run(&Plan::of(*seed));
        assert_eq!(outcome.violation, None, "seed {seed}: {what}");
    }
}
