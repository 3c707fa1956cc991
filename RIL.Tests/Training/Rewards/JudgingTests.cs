using RIL.Training.Datasets;
using RIL.Training.Rewards;

namespace RIL.Tests.Training.Rewards;

public sealed class JudgingTests
{
    private static readonly JudgedCompletion[] Two = [Completion("2"), Completion("3")];

    [Fact]
    public void AJudgeThatFails_AbstainsWithTheReasonOnAll() =>
        Assert.All(new FakeJudge(_ => throw new InvalidOperationException("no connection")).Ask(Two),
            v => Assert.Equal((null, "the judge failed: no connection"), (v.Value, v.Reason)));

    [Fact]
    public void AJudgeThatForgetsACompletion_IsNotBelieved() =>
        Assert.All(new FakeJudge(_ => [Verdict.Right]).Ask(Two), v => Assert.Null(v.Value));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AVerdictThatIsNoNumber_IsAnAbstention(double value) =>
        Assert.All(new FakeJudge(c => [.. c.Select(_ => new Verdict(value, null))]).Ask(Two), v => Assert.Null(v.Value));

    [Fact]
    public void AnAbstention_AlwaysHasAReason() =>
        Assert.All(new FakeJudge(c => [.. c.Select(_ => new Verdict(null, null))]).Ask(Two), v => Assert.NotNull(v.Reason));

    [Fact]
    public void Cancellation_IsNoFailureOfTheJudge()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new FakeJudge(_ => throw new OperationCanceledException(cancelled.Token)).Ask(Two, cancelled.Token));
    }

    private static JudgedCompletion Completion(string text) => new(new Example("1", [], [], "2", null, null, []), text, "student");

    private sealed class FakeJudge(Func<IReadOnlyList<JudgedCompletion>, IReadOnlyList<Verdict>> verdicts) : IJudge
    {
        public ValueTask<IReadOnlyList<Verdict>> JudgeAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation) =>
            ValueTask.FromResult(verdicts(completions));
    }
}
