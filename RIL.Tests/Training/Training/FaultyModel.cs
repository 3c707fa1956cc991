using System.Text.Json.Nodes;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Training;

/// <summary>
/// A student whose way back does not work: it is of a family of its own while an instance of <see cref="Family"/> lives.
/// </summary>
internal sealed class FaultyModel(Qwen2_5_VlModel inner, Func<Tensor> onTheWayBack) : VisionLanguageModel
{
    public override int HiddenSize => inner.HiddenSize;

    public override int VocabularySize => inner.VocabularySize;

    public override IReadOnlyList<Weight> Weights => inner.Weights;

    public override Device Device => inner.Device;

    public override JsonObject ConfigDocument => Family.Rename(inner.ConfigDocument, Family.Name);

    public override Tensor HeadWeight => inner.HeadWeight;

    public override Tensor Hidden(PackedBatch batch) =>
        is_grad_enabled() ? Fault.apply(inner.Hidden(batch), onTheWayBack) : inner.Hidden(batch);

    public override DecodingSession StartDecoding(IReadOnlyList<EncodedPrompt> prompts, int rowsPerPrompt, int newTokens) =>
        inner.StartDecoding(prompts, rowsPerPrompt, newTokens);

    public override string WeightNameToFile(string name) => inner.WeightNameToFile(name);

    public override string WeightNameFromFile(string name) => inner.WeightNameFromFile(name);

    public override void Dispose() => inner.Dispose();

    /// <summary>Makes the family known; what the way back does is the same in every copy.</summary>
    internal sealed class Family : IDisposable
    {
        public const string Name = "faulty";

        public Family(Func<Tensor> onTheWayBack)
        {
            ModelCatalog.Family own = ModelCatalog.Families[Qwen2_5_VlConfig.ModelType];
            ModelCatalog.Families[Name] = own with
            {
                Model = (document, source, device) => new FaultyModel(new Qwen2_5_VlModel(
                    Qwen2_5_VlConfig.Read(Rename(document, Qwen2_5_VlConfig.ModelType), source), device), onTheWayBack),
            };
        }

        public static JsonObject Rename(JsonObject document, string family)
        {
            var copy = (JsonObject)document.DeepClone();
            copy["model_type"] = family;
            return copy;
        }

        public void Dispose() => ModelCatalog.Families.Remove(Name);
    }

    private sealed class Fault : CustomBackward<Fault>
    {
        protected override Tensor Forward(autograd.AutogradContext context, object[] inputs)
        {
            context.save_data("fault", inputs[1]);
            return ((Tensor)inputs[0]).clone();
        }

        protected override List<Tensor> Backward(autograd.AutogradContext context, Tensor gradient) =>
            [((Func<Tensor>)context.get_data("fault"))(), null!];
    }
}
