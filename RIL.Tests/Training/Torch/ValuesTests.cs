using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Torch;

public sealed class ValuesTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    public void NumbersOfEveryFloatingType_AreConverted(ScalarType type)
    {
        float[] values = [1, -2.5f, 0, 1024];
        using var scope = NewDisposeScope();
        Tensor numbers = tensor(values).to(type);
        Assert.Equal(values, Values.Floats(numbers));
        Assert.Equal([1f, 0], Values.Floats(numbers.view(2, 2).select(1, 0))); // not contiguous
        Assert.Equal(-2.5f, Values.Float(numbers.select(0, 1)));
    }
}
