using RIL.Training;
using RIL.Training.Torch;
using RIL.Training.Training;
using TorchSharp;

namespace RIL.Tests.Training.Training;

public sealed class ComputePlanTests
{
    [Theory]
    [InlineData(1, false, DeviceChoice.Auto, DeviceType.CPU, 1)]
    [InlineData(16, false, DeviceChoice.Auto, DeviceType.CPU, 16)]
    [InlineData(16, true, DeviceChoice.Auto, DeviceType.CUDA, 1)]
    [InlineData(2, true, DeviceChoice.Cuda, DeviceType.CUDA, 1)]
    [InlineData(16, true, DeviceChoice.Cpu, DeviceType.CPU, 16)]
    public void OnAGpu_OnePassRunsAtATime_WhateverTheCores(int workers, bool cuda, DeviceChoice wish, DeviceType device, int lanes)
    {
        ComputePlan plan = ComputePlan.Choose(new ComputeSettings(wish), new Machine(workers, cuda));
        Assert.Equal((device, lanes, workers), (plan.Device.type, plan.Lanes, plan.EncodingWorkers));
        Assert.Contains($"Computing on {device.ToString().ToLowerInvariant()} ", plan.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void AGpuThatIsNotThere_IsRefusedWithASentence() =>
        Assert.Contains("device is cuda", Assert.Throws<InputException>(() =>
            ComputePlan.Choose(new ComputeSettings(DeviceChoice.Cuda), new Machine(4, HasCuda: false))).Message, StringComparison.Ordinal);

    [Fact]
    public void WhatTheSettingsSay_IsTheLimit()
    {
        ComputePlan plan = ComputePlan.Choose(new ComputeSettings(TokensPerPass: 300, RowsDecoding: 7, Recomputes: true),
            new Machine(2, false));
        Assert.Equal((300, 300, 7, true), (plan.TokensPerPass, plan.MostTokensPerPass, plan.RowsDecoding, plan.Recomputes));
    }

    [Fact]
    public void PreparedPrompts_KeepTheirOrder() => Assert.Equal(Enumerable.Range(0, 50).Select(i => i * i),
        ComputePlan.Choose(new ComputeSettings(DeviceChoice.Cpu), new Machine(3, true)).Encode([.. Enumerable.Range(0, 50)], i => i * i));
}
