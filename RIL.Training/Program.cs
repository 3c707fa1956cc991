using RIL.Training.Torch;
TorchRuntime.Start(new TorchSettings());
Console.WriteLine(TorchRuntime.Description);
