using RIL.Training.Models;
using RIL.Training.Torch;
using RIL.Training.Training;

namespace RIL.Tests.Training.Training;

public sealed class MicroBatchesTests
{
    [Theory]
    [InlineData(40, 8, 20, 1)]
    [InlineData(900, 8, 100, 1)]
    [InlineData(1300, 8, 64, 1)]
    [InlineData(4000, 8, 256, 1)]
    [InlineData(4000, 8, 1024, 1)]
    [InlineData(4000, 32, 1024, 3)] // together they are more than a pass may ever hold
    public void APrompt_IsComputedOnceForAllItsCompletions(int prompt, int completions, int length, int times)
    {
        IReadOnlyList<MicroBatch> batches = MicroBatches.Of([Group(prompt, [.. Enumerable.Repeat(length, completions)])], Plan(2));
        Assert.Equal(times, batches.Sum(b => b.Batch.Groups.Count));
    }

    [Fact]
    public void AnyCut_TakesEveryOutputOnceAndKeepsWithinPassesAndTokens()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 500; trial++)
        {
            PromptWithCompletions[] groups = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ =>
                Group(random.Next(1, 60), [.. Enumerable.Range(0, random.Next(0, 9)).Select(_ => random.Next(0, 30))]))];
            bool[][] byStudent = [.. groups.Select(g => g.Completions.Select((_, i) => 2 * i < g.Completions.Count).ToArray())];
            ComputePlan plan = Plan(random.Next(1, 5), random.Next(1, 150));
            bool[] taken = [.. groups.SelectMany(g => g.Completions).Select(_ => random.Next(4) > 0)];
            Passes passes = Passes.Of(byStudent, random.Next(1, 12));
            IReadOnlyList<MicroBatch> batches = MicroBatches.Of(groups, plan, i => taken[i], passes);
            Assert.Equal(Enumerable.Range(0, taken.Length).Where(i => taken[i]), batches.SelectMany(b => b.Outputs).Order());
            Assert.All(batches, batch =>
            {
                Assert.Single(batch.Outputs.Select(o => passes.OfOutput[o]).Distinct());
                Assert.All(batch.Batch.Groups, g => Assert.True(
                    g.Completions.Count == 1 || g.Prompt.TokenIds.Length + g.Completions.Sum(c => c.Length) <= plan.MostTokensPerPass));
                Assert.Equal(batch.Batch.Groups.SelectMany(g => g.Completions).Select(c => c.Length), batch.RowLengths);
            });
        }
    }

    [Theory]
    [InlineData(1, "0 1 2 3 0 1 2 3|4 5 6 7 4 5 6 7")]
    [InlineData(2, "0 0 1 1 0 0 1 1|2 2 3 3 2 2 3 3")]
    [InlineData(3, "0 0 0 1 0 0 0 1|1 1 2 2 1 1 2 2")]
    [InlineData(4, "0 0 0 0 0 0 0 0|1 1 1 1 1 1 1 1")]
    [InlineData(8, "0 0 0 0 0 0 0 0|0 0 0 0 0 0 0 0")]
    public void ATeachersOutput_IsInThePassOfTheStudentsOfItsPlace(int completions, string expected)
    {
        bool[] group = [true, true, true, true, false, false, false, false];
        Passes passes = Passes.Of([group, group], completions);
        Assert.Equal(expected, string.Join('|', passes.OfOutput.Chunk(8).Select(g => string.Join(' ', g))));
        Assert.Equal((8 + completions - 1) / completions, passes.Count);
    }

    private static ComputePlan Plan(int lanes, int? tokens = null) =>
        ComputePlan.Choose(new ComputeSettings(DeviceChoice.Cpu, tokens), new Machine(lanes, false));

    private static PromptWithCompletions Group(int prompt, int[] completions) =>
        new(new EncodedPrompt(new int[prompt], []), [.. completions.Select(length => new int[length])]);
}
