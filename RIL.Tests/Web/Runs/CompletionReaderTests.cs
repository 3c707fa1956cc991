using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Quickstart;
using RIL.Training.Runs;
using RIL.Web.Runs;
using RIL.Web.Runs.Completions;

namespace RIL.Tests.Web.Runs;

public sealed class CompletionReaderTests : IDisposable
{
    private readonly RunPageBench _bench = new();
    private readonly CompletionReader _reader;

    public CompletionReaderTests() => _reader = new CompletionReader(_bench.Storage, _bench, new CompletionExamples(_bench.Storage));

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task WhatTheTrainerKept_IsReadBack_ByQuestion()
    {
        Run run = _bench.Add(config: new RunConfig { Dataset = "quickstart:rl", CompletionsPerPrompt = 2, RewardWeights = new RewardWeights(0.5, 2) });
        _bench.Keep(run, 12,
            Row("q0", "rl-0-0.png", "student", "a", 1, 0.4, 0.25), Row("q0", "rl-0-0.png", "student", "b", 0, 0.5, -0.25), Row("q0", "rl-0-0.png", "A", "c", 1, 0.8, null),
            Row("q1", "rl-0-1.png", "student", "d", null, 0.1, null, "no answer found"));

        IReadOnlyList<CompletionGroup> groups = (await _reader.Read(run, 12))!;

        Assert.Equal([12L], (await _reader.Steps(run.Id)).Select(s => s.Step));
        Assert.Equal(["q0", "q1"], groups.Select(g => g.Question));
        Assert.Equal(["student", "student", "A"], groups[0].Outputs.Select(o => o.Source));
        Assert.Equal([0.25, -0.25, null], groups[0].Outputs.Select(o => o.Advantage));
        Assert.Equal(0.5 * 0.4 + 2, groups[0].Outputs[0].Reward);
        Assert.Null(groups[1].Outputs[0].Reward);
        Assert.Equal("no answer found", groups[1].Outputs[0].JudgeReason);
    }

    [Fact]
    public async Task TheRightAnswerAndThePicture_OfAnExampleOfTheQuickstart_AreMadeAgain()
    {
        Run run = _bench.Add();
        _bench.Keep(run, 1, Row("q", "rl-0-17.png", "student", "a", 1, 0.5, 0));
        var example = QuickstartData.Load("quickstart:rl:0:18")[17];

        CompletionGroup group = (await _reader.Read(run, 1))!.Single();

        Assert.Equal((example.Answer, example.QuestionType), (group.Answer, group.QuestionType));
        Assert.Equal(example.Images[0].Read(), await _reader.Picture(run, 1, 0, 0));
        Assert.Null(await _reader.Picture(run, 1, 0, 1));
        Assert.Null(await _reader.Picture(run, 1, 7, 0));
        Assert.Null(await _reader.Picture(run, 2, 0, 0));
    }

    [Fact]
    public async Task APictureOfADataSetThatPeopleBrought_ComesFromItsFolder_AndNeverFromBesideIt()
    {
        const string Id = "abcdefghjk";
        string folder = _bench.Storage.Dataset(Id);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "p.png"), [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(_bench.Storage.Root, "secret.png"), [9]);
        File.WriteAllText(_bench.Storage.DatasetRows(Id), """{"prompt":"<image>what ?","images":["p.png"],"answer":"3","question_type":"sum"}""" + "\n");
        Run run = _bench.Add(config: new RunConfig { Dataset = $"dataset:{Id}" });
        _bench.Keep(run, 1, Row("<image>what ?", "p.png", "student", "a", 1, 0.5, 0), Row("<image>what ?", "../../secret.png", "student", "a", 1, 0.5, 0));

        IReadOnlyList<CompletionGroup> groups = (await _reader.Read(run, 1))!;

        Assert.Equal("3", groups[0].Answer);
        Assert.Equal([1, 2, 3], (await _reader.Picture(run, 1, 0, 0))!);
        Assert.Null(await _reader.Picture(run, 1, 1, 0));
    }

    [Fact]
    public async Task ADataSetByPath_IsNeverOpened()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_bench.Storage.Root, "elsewhere")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "p.png"), [1]);
        File.WriteAllText(Path.Combine(folder, "rows.jsonl"), """{"prompt":"<image>what ?","images":["p.png"],"answer":"3"}""" + "\n");
        Run run = _bench.Add(config: new RunConfig { Dataset = Path.Combine(folder, "rows.jsonl") });
        _bench.Keep(run, 1, Row("<image>what ?", "p.png", "student", "a", 1, 0.5, 0));

        Assert.Null((await _reader.Read(run, 1))!.Single().Answer);
        Assert.Null(await _reader.Picture(run, 1, 0, 0));
    }

    [Fact]
    public async Task TheSameQuestionTwiceInAStep_IsTwoQuestions()
    {
        Run run = _bench.Add(config: new RunConfig { Dataset = "quickstart:rl", CompletionsPerPrompt = 2 });
        _bench.Keep(run, 1, [.. Enumerable.Range(0, 4).Select(i => Row("q", "rl-0-0.png", "student", $"{i}", 1, 0.5, 0))]);

        Assert.Equal([2, 2], (await _reader.Read(run, 1))!.Select(g => g.Outputs.Count));
    }

    [Fact]
    public async Task ADamagedFile_IsRefusedWithASentence_AndAMissingOneIsNull()
    {
        Run run = _bench.Add();
        _bench.Keep(run, 1, Row("q", "rl-0-0.png", "student", "a", 1, 0.5, 0));
        File.WriteAllText(_reader.PathOf(run.Id, 1), "not parquet");

        var refused = await Assert.ThrowsAsync<InputException>(() => _reader.Read(run, 1));
        Assert.Contains("completions_00001.parquet cannot be read", refused.Message, StringComparison.Ordinal);
        Assert.Null(await _reader.Read(run, 3));
        Assert.Null(await _reader.Read(run, -1));
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("..")]
    [InlineData("ABCDEFGHIJ")]
    public void ARunThatIsNoIdentifier_NeverReachesTheFileSystem(string id) => Assert.Throws<ArgumentException>(() => _reader.PathOf(id, 1));

    [Theory]
    [InlineData("rl-0-0", true)]
    [InlineData("rl-0-0.png", true)]
    [InlineData("rl-0", false)]
    [InlineData("nothing-0-0", false)]
    [InlineData("rl-0--1", false)]
    [InlineData("../rl-0-0", false)]
    public void ARowOfTheExample_IsFoundByItsNameAlone(string name, bool found) => Assert.Equal(found, QuickstartData.Find(name) is not null);

    private static CompletionRow Row(string prompt, string image, string source, string text, double? answer, double similarity, double? advantage, string? reason = null) =>
        new(prompt, text, source, new Dictionary<string, double?> { ["answer"] = answer, ["similarity"] = similarity }, 1 - similarity, reason, advantage, image);
}
